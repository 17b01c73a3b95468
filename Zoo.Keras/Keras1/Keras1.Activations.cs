namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>
    /// Zoo's <c>BatchNormalization(epsilon, mode, axis, momentum, beta_init, gamma_init, dim_ordering)</c>. The axis is 1 with <c>th</c> and the last with <c>tf</c>. The moving statistics follow
    /// Keras' rule: momentum is how much of them stays, where BigDL takes it for how much of the batch comes in.
    /// </summary>
    public static BatchNormalization BatchNormalization(double epsilon = 0.001, int mode = 0, int? axis = null, double momentum = 0.99, Initializer? betaInit = null, Initializer? gammaInit = null, string dimOrdering = "th", Shape? inputShape = null, string? name = null) =>
        mode == 0 ? Named(new BatchNormalization(axis ?? (Format(dimOrdering) == DataFormat.ChannelsFirst ? 1 : -1), momentum, epsilon) { BetaInitializer = betaInit ?? Initializer.Zeros, GammaInitializer = gammaInit ?? Initializer.Ones, InputShape = inputShape }, name)
        : throw new ArgumentException($"BatchNormalization: the mode {mode} is not known. Expected 0, statistics for each entry of the axis.");

    /// <summary>Zoo's <c>LRN2D(alpha, k, beta, n, dim_ordering)</c>.</summary>
    public static LRN2D LRN2D(double alpha = 1e-4, double k = 1, double beta = 0.75, int n = 5, string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new LRN2D(alpha, k, beta, n) { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>WithinChannelLRN2D(size, alpha, beta)</c>, channels first.</summary>
    public static WithinChannelLRN2D WithinChannelLRN2D(int size = 5, double alpha = 1, double beta = 0.75, Shape? inputShape = null, string? name = null) => Named(new WithinChannelLRN2D(size, alpha, beta) { DataFormat = DataFormat.ChannelsFirst, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>LayerNorm(n_output, eps)</c>; the size is the input's, whatever <c>nOutput</c> says.</summary>
    public static LayerNormalization LayerNorm(int nOutput = 768, double eps = 1e-5, Shape? inputShape = null, string? name = null) => Named(new LayerNormalization(epsilon: eps) { InputShape = inputShape ?? (nOutput > 0 ? null : throw new ArgumentException($"LayerNorm: nOutput is {nOutput}. Expected a positive number.")) }, name);

    /// <summary>Zoo's <c>LeakyReLU(alpha)</c>: the slope is 0.01, Keras 3's 0.3.</summary>
    public static LeakyReLU LeakyReLU(double alpha = 0.01, Shape? inputShape = null, string? name = null) => Named(new LeakyReLU(alpha) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ELU(alpha)</c>.</summary>
    public static ELU ELU(double alpha = 1, Shape? inputShape = null, string? name = null) => Named(new ELU(alpha) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ThresholdedReLU(theta)</c>.</summary>
    public static ThresholdedReLU ThresholdedReLU(double theta = 1, Shape? inputShape = null, string? name = null) => Named(new ThresholdedReLU(theta) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SReLU(t_left_init, a_left_init, t_right_init, a_right_init, shared_axes)</c>; axes count the batch as 0.</summary>
    public static SReLU SReLU(Initializer? tLeftInit = null, Initializer? aLeftInit = null, Initializer? tRightInit = null, Initializer? aRightInit = null, int[]? sharedAxes = null, Shape? inputShape = null, string? name = null) =>
        Named(new SReLU { TLeftInitializer = tLeftInit ?? Initializer.Zeros, ALeftInitializer = aLeftInit ?? Initializer.GlorotUniform, TRightInitializer = tRightInit ?? Initializer.GlorotUniform, ARightInitializer = aRightInit ?? Initializer.Ones, SharedAxes = sharedAxes, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>PReLU(n_output_plane)</c>: one slope, or with n one for each of n channels, axis 1. It begins with 0.25.</summary>
    public static PReLU PReLU(int nOutputPlane = 0, Shape? inputShape = null, string? name = null) => Named(new PReLU { NOutputPlane = nOutputPlane, AlphaInitializer = new Constant(0.25), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>RReLU(lower, upper)</c>.</summary>
    public static RReLU RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, Shape? inputShape = null, string? name = null) => Named(new RReLU(lower, upper) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SoftMax()</c>, along the last axis.</summary>
    public static Softmax Softmax(Shape? inputShape = null, string? name = null) => Named(new Softmax { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GaussianNoise(sigma)</c>.</summary>
    public static GaussianNoise GaussianNoise(double sigma, Shape? inputShape = null, string? name = null) => Named(new GaussianNoise(sigma) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GaussianDropout(p)</c>.</summary>
    public static GaussianDropout GaussianDropout(double p, Shape? inputShape = null, string? name = null) => Named(new GaussianDropout(p) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GaussianSampler()</c>.</summary>
    public static GaussianSampler GaussianSampler(string? name = null) => Named(new GaussianSampler(), name);
}

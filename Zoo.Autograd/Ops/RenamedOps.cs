using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Names that ops had in early files, and that TensorFlow refuses today: they become the newer ones wherever they go.</summary>
internal static class RenamedOps
{
    internal static readonly Op[] Batches =
    [
        LinearAlgebraOps.Cholesky.Called("BatchCholesky"), LinearAlgebraOps.CholeskyGrad.Called("BatchCholeskyGrad"), LinearAlgebraOps.MatrixDeterminant.Called("BatchMatrixDeterminant"), LinearAlgebraOps.MatrixInverse.Called("BatchMatrixInverse"),
        LinearAlgebraOps.MatrixSolve.Called("BatchMatrixSolve"), LinearAlgebraOps.MatrixSolveLs.Called("BatchMatrixSolveLs"), LinearAlgebraOps.MatrixTriangularSolve.Called("BatchMatrixTriangularSolve"), LinearAlgebraOps.SelfAdjointEigV2.Called("BatchSelfAdjointEigV2"), LinearAlgebraOps.Svd.Called("BatchSvd"),
        DiagonalOps.MatrixBandPart.Called("BatchMatrixBandPart", "input:T num_lower:int64 num_upper:int64 -> band:T ; T:type"), DiagonalOps.MatrixDiag.Called("BatchMatrixDiag"), DiagonalOps.MatrixDiagPart.Called("BatchMatrixDiagPart"), DiagonalOps.MatrixSetDiag.Called("BatchMatrixSetDiag"),
    ];

    /// <summary>Values that pass as they are.</summary>
    internal static readonly Op[] Passes = [ArrayOps.Snapshot.Called("DeepCopy", "x:T -> y:T", current: true), ArrayOps.Snapshot.Called("GuaranteeConst", current: true)];

    /// <summary>Batch normalization with fewer places reserved.</summary>
    internal static readonly Op FusedBatchNorm = Normalization("FusedBatchNorm", "T", "T:float32");
    internal static readonly Op FusedBatchNormV2 = Normalization("FusedBatchNormV2", "U", "T:float16|bfloat16|float32 U:float32");
    internal static readonly Op FusedBatchNormGrad = NormalizationGrad("FusedBatchNormGrad", "T", "T", "T:float32");
    internal static readonly Op FusedBatchNormGradV2 = NormalizationGrad("FusedBatchNormGradV2", "U", "float32", "T:float16|bfloat16|float32 U:float32");

    static Op Normalization(string name, string u, string types) => new(name,
        $"x:T scale:{u} offset:{u} mean:{u} variance:{u} -> y:T batch_mean:{u} batch_variance:{u} reserve_space_1:{u} reserve_space_2:{u} ; {types} epsilon:float=0.0001 exponential_avg_factor:float=1 data_format:string=NHWC is_training:bool=true")
    {
        Newer = NormOps.FusedBatchNorm,
        Shape = s => [.. NormOps.FusedBatchNorm.Shape(s).Take(5)],
        Grads = (n, g) => NormOps.FusedBatchNorm.Grads!(Newer(n, NormOps.FusedBatchNorm, n.Inputs), [.. g, null]),
        Composite = n => Newer(n, NormOps.FusedBatchNorm, n.Inputs).Outputs[..5],
    };

    static Op NormalizationGrad(string name, string u, string scale, string types) => new(name,
        $"y_backprop:T x:T scale:{scale} reserve_space_1:{u} reserve_space_2:{u} -> x_backprop:T scale_backprop:{u} offset_backprop:{u} reserve_space_3:{u} reserve_space_4:{u} ; {types} epsilon:float=0.0001 data_format:string=NHWC is_training:bool=true")
    {
        Newer = NormOps.FusedBatchNormGrad,
        Shape = s => [.. NormOps.FusedBatchNormGrad.Shape(s).Take(3), [0], [0]],
        Grads = (n, g) => NormOps.FusedBatchNormGrad.Grads!(n, g)[..5],
        Composite = n => [.. Newer(n, NormOps.FusedBatchNormGrad, [.. n.Inputs, A.Constant(0)]).Outputs[..3], Nothing, Nothing],
    };

    static Variable Nothing => A.Constant(NDArray.Zeros([0]));

    static Node Newer(Node n, Op op, Variable[] inputs) => op.Call(inputs, n.Attrs.Without("T").Without("U"));
}

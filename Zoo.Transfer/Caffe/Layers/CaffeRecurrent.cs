using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// Caffe's LSTM or RNN along axis 0: inputs [steps, samples, …], for each step and sample whether its sequence goes on (0 begins a new one) [steps, samples], then, if given, a static input
/// [samples, …] and the first states [1, samples, units]. Results [steps, samples, units], then, if asked for, the last states.
/// </summary>
/// <param name="cell"><c>lstm</c> or <c>rnn</c>.</param>
/// <param name="units">The size of the states.</param>
[KerasObject(Package = "caffe")]
public sealed class CaffeRecurrent(string cell, int units) : Layer
{
    Parameter inputs = null!, bias = null!, states = null!;
    Parameter? still, results, resultBias;

    /// <summary>Which of the two.</summary>
    public string Cell { get; } = cell is "lstm" or "rnn" ? cell : throw new ArgumentException($"CaffeRecurrent: the cell '{cell}' is not known. Expected lstm or rnn.");

    /// <summary>The size of the states.</summary>
    public int Units { get; } = units > 0 ? units : throw new ArgumentException($"CaffeRecurrent: {units} units were asked for. Expected a positive number.");

    /// <summary>Whether first states are inputs and last ones results.</summary>
    public bool ExposeHidden { get; init; }

    bool IsLstm => Cell == "lstm";

    int States => IsLstm ? 2 : 1;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> given)
    {
        var others = given.Count - (ExposeHidden ? States : 0);
        if (others is < 2 or > 3) throw new ShapeException($"{given.Count} inputs were given. Expected sequences, whether they go on, and perhaps a static input{(ExposeHidden ? $", then {States} states" : "")}.");
        var rows = (long)Units * (IsLstm ? 4 : 1);
        inputs = Weight("kernel", [rows, given[0][2..].Elements], Initializer.GlorotUniform);
        bias = Weight("bias", [rows], Initializer.Zeros);
        if (others == 3) still = Weight("static_kernel", [rows, given[2][1..].Elements], Initializer.GlorotUniform);
        states = Weight("recurrent_kernel", [rows, Units], Initializer.GlorotUniform);
        if (IsLstm) return;
        results = Weight("output_kernel", [Units, Units], Initializer.GlorotUniform);
        resultBias = Weight("output_bias", [Units], Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (!x[0].Shape.HasRank || x[0].Shape.Rank < 2 || x[1].Shape.Rank != 2 || x[0].Shape[1] < 0)
            throw new ShapeException($"the inputs have shapes {x[0].Shape} and {x[1].Shape}. Expected [steps, samples, …] and [steps, samples] with a known number of samples.") { Actual = x[0].Shape };
        var (samples, features) = (x[0].Shape[1], inputs.Shape[1]);
        var steps = A.Dot(A.Reshape(x[0], Shape.Create([x[0].Shape[0], samples, features])), A.Transpose(inputs, 1, 0)) + bias;
        if (still is not null) steps += A.Dot(A.Reshape(x[2], [samples, still.Shape[1]]), A.Transpose(still, 1, 0));
        var first = Enumerable.Range(0, States).Select(i => ExposeHidden ? A.Reshape(x[x.Count - States + i], [samples, Units]) : A.Constant(NDArray.Zeros([samples, Units]))).ToArray();
        var (entry, goesOn) = (ScanOps.Entry(steps), ScanOps.Entry(x[1]));
        var old = Array.ConvertAll(first, ScanOps.State);
        var on = A.ExpandDims(goesOn, 1);
        var gates = entry + A.MatMul(on * old[0], states, transposeB: true);
        Variable[] next;
        if (IsLstm)
        {
            Variable Gate(int i) => gates[.., (i * Units)..((i + 1) * Units)];
            var memory = A.Sigmoid(Gate(1)) * (on * old[1]) + A.Sigmoid(Gate(0)) * A.Tanh(Gate(3));
            next = [A.Sigmoid(Gate(2)) * A.Tanh(memory), memory];
        }
        else next = [A.Tanh(gates)];
        var result = IsLstm ? next[0] : A.Tanh(A.MatMul(next[0], results!, transposeB: true) + resultBias!);
        var scan = ScanOps.Make(Name, [(steps, entry), (x[1], goesOn)], [.. first.Zip(old)], next, [result]);
        return (Variable[])[scan.Results[0], .. ExposeHidden ? scan.Last.Select(s => A.ExpandDims(s, 0)) : []];
    }
}

using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Tests.Models;
using Zoo.Transfer;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>LSTM and RNN against the formulas of Caffe's headers, and against the net of InnerProduct, Scale, Eltwise and activations that Caffe makes of them, run by OpenCV.</summary>
internal sealed class CaffeRecurrentTests
{
    const int Steps = 35, Samples = 2, Features = 3, Still = 6, Units = 4;

    // Sequences begin anew at different steps; 0.5 is no flag, but Caffe multiplies by it. There are more steps than Predict's usual batch.
    static readonly NDArray GoesOn = NDArray.From([.. Enumerable.Range(0, Steps * Samples).Select(i => i % 7 == 0 ? 0 : i % 11 == 5 ? 0.5f : 1)], [Steps, Samples]);

    sealed class Case
    {
        public Case(string cell, bool still, bool exposed)
        {
            (Cell, HasStill, Exposed) = (cell, still, exposed);
            States = cell == "LSTM" ? 2 : 1;
            List<Shape> shapes = [[Steps, Samples, Features], [Steps, Samples]];
            if (still) shapes.Add([Samples, 2, Still / 2]);
            if (exposed) shapes.AddRange(Enumerable.Repeat<Shape>([1, Samples, Units], States));
            Net = CaffeNet.Read(CaffeNet.Text(cell, $"recurrent_param {{ num_output: {Units} {(exposed ? "expose_hidden: true" : "")} }}", [.. shapes], exposed ? 1 + States : 1));
            Blobs = CaffeNet.Weigh(Net);
            Inputs = [.. shapes.Select((s, i) => i == 1 ? GoesOn : CaffeNet.Numbers($"x{i}", s))];
        }

        public string Cell { get; }

        public bool HasStill { get; }

        public bool Exposed { get; }

        public int States { get; }

        public GraphNet Net { get; }

        /// <summary>W_xc, b_c, W_xc_static where there is one, W_hc; of RNN also W_ho, b_o.</summary>
        public NDArray[] Blobs { get; }

        public NDArray[] Inputs { get; }

        public NDArray Recurrent => Blobs[HasStill ? 3 : 2];

        public NDArray First(int state) => Exposed ? Inputs[^(States - state)] : NDArray.Zeros([1, Samples, Units]);
    }

    [Test]
    public void TheFormulasOfCaffe([Values("LSTM", "RNN")] string cell, [Values] bool still, [Values] bool exposed)
    {
        var c = new Case(cell, still, exposed);
        var gates = cell == "LSTM" ? 4 : 1;
        Shape[] layout = [[gates * Units, Features], [gates * Units], .. still ? (Shape[])[[gates * Units, Still]] : [], [gates * Units, Units], .. cell == "RNN" ? (Shape[])[[Units, Units], [Units]] : []];
        Assert.That(c.Blobs.Select(b => b.Shape), Is.EqualTo(layout));
        var (h, memory, expected) = (Table(c.First(0)), Table(c.First(c.States - 1)), new double[Steps, Samples, Units]);
        for (var t = 0; t < Steps; t++)
            for (var n = 0; n < Samples; n++)
            {
                // W_x x + b (+ W_static x_static) + W_h (cont h), the rows in the order i, f, o, g
                double on = GoesOn[t, n];
                var sums = Enumerable.Range(0, gates * Units).Select(row =>
                {
                    double sum = c.Blobs[1][row];
                    for (var i = 0; i < Features; i++) sum += c.Blobs[0][row, i] * c.Inputs[0][t, n, i];
                    for (var i = 0; still && i < Still; i++) sum += c.Blobs[2][row, i] * c.Inputs[2].Number(n * Still + i);
                    for (var i = 0; i < Units; i++) sum += c.Recurrent[row, i] * on * h[n, i];
                    return sum;
                }).ToArray();
                for (var u = 0; u < Units; u++)
                {
                    if (cell == "RNN")
                    {
                        h[n, u] = Math.Tanh(sums[u]);
                        continue;
                    }
                    double i = Sigmoid(sums[u]), f = Sigmoid(sums[Units + u]), o = Sigmoid(sums[2 * Units + u]), g = Math.Tanh(sums[3 * Units + u]);
                    memory[n, u] = on * (f * memory[n, u]) + i * g;
                    h[n, u] = o * Math.Tanh(memory[n, u]);
                }
                for (var u = 0; u < Units; u++) expected[t, n, u] = cell == "LSTM" ? h[n, u] : Math.Tanh(c.Blobs[^1][u] + Enumerable.Range(0, Units).Sum(i => c.Blobs[^2][u, i] * h[n, i]));
            }
        var y = CaffeNet.Run(c.Net, c.Inputs);
        Assert.That(y, Has.Length.EqualTo(exposed ? 1 + c.States : 1));
        CaffeNet.Near(y[0], [Steps, Samples, Units], at => expected[at[0], at[1], at[2]]);
        if (exposed) CaffeNet.Near(y[1], [1, Samples, Units], at => h[at[1], at[2]]);
        if (exposed && cell == "LSTM") CaffeNet.Near(y[2], [1, Samples, Units], at => memory[at[1], at[2]]);
        CaffeNet.SurvivesFiles(c.Net, c.Inputs, y);

        static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
        static double[,] Table(NDArray states)
        {
            var table = new double[Samples, Units];
            for (var i = 0; i < Samples * Units; i++) table[i / Units, i % Units] = states.Number(i);
            return table;
        }
    }

    [Test, Category("Models")]
    public void TheNetThatCaffeMakesOfThem([Values("LSTM", "RNN")] string cell, [Values] bool still)
    {
        if (OpenCv.Absent() is { } reason) Assert.Ignore(reason);
        var c = new Case(cell, still, exposed: true);
        var (layers, weights) = (new List<string>(), new Dictionary<string, NDArray[]>());
        string Layer(string type, string settings, string[] from, params string[] to)
        {
            layers.Add($"layer {{ name: \"{to[0]}\" type: \"{type}\" {string.Concat(from.Select(b => $"bottom: \"{b}\" "))}{string.Concat(to.Select(t => $"top: \"{t}\" "))}{settings} }}");
            return to[0];
        }
        string Product(string from, string to, int axis, params NDArray[] blobs)
        {
            weights[to] = blobs;
            return Layer("InnerProduct", $"inner_product_param {{ num_output: {blobs[0].Shape[0]} axis: {axis} bias_term: {(blobs.Length > 1 ? "true" : "false")} }}", [from], to);
        }
        var ts = Enumerable.Range(1, Steps);
        Product("x0", "W_x_x", 2, c.Blobs[0], c.Blobs[1]);
        Layer("Slice", "slice_param { axis: 0 }", ["W_x_x"], [.. ts.Select(t => $"W_x_x_{t}")]);
        Layer("Slice", "slice_param { axis: 0 }", ["x1"], [.. ts.Select(t => $"cont_{t}")]);
        if (still) Layer("Reshape", $"reshape_param {{ shape {{ dim: 1 dim: {Samples} dim: {c.Blobs[2].Shape[0]} }} }}", [Product("x2", "static_flat", 1, c.Blobs[2])], "static");
        var (h, memory) = (still ? "x3" : "x2", still ? "x4" : "x3");
        foreach (var t in ts)
        {
            string Conted(string what) => Layer("Scale", "scale_param { axis: 0 }", [what, $"cont_{t}"], $"conted_{what}");
            Product(Conted(h), $"W_h_h_{t}", 2, c.Recurrent);
            Layer("Eltwise", "", [$"W_h_h_{t}", $"W_x_x_{t}", .. still ? (string[])["static"] : []], $"sum_{t}");
            if (cell == "RNN")
            {
                h = Layer("TanH", "", [$"sum_{t}"], $"h_{t}");
                Layer("TanH", "", [Product(h, $"W_o_{t}", 2, c.Blobs[^2], c.Blobs[^1])], $"o_{t}");
                continue;
            }
            Layer("Slice", "slice_param { axis: 2 }", [$"sum_{t}"], $"i_{t}", $"f_{t}", $"o_{t}", $"g_{t}");
            var kept = Layer("Eltwise", "eltwise_param { operation: PROD }", [Layer("Sigmoid", "", [$"f_{t}"], $"forget_{t}"), Conted(memory)], $"kept_{t}");
            var added = Layer("Eltwise", "eltwise_param { operation: PROD }", [Layer("Sigmoid", "", [$"i_{t}"], $"in_{t}"), Layer("TanH", "", [$"g_{t}"], $"new_{t}")], $"added_{t}");
            memory = Layer("Eltwise", "", [kept, added], $"c_{t}");
            h = Layer("Eltwise", "eltwise_param { operation: PROD }", [Layer("Sigmoid", "", [$"o_{t}"], $"out_{t}"), Layer("TanH", "", [memory], $"tanh_c_{t}")], $"h_{t}");
        }
        Layer("Concat", "concat_param { axis: 0 }", [.. ts.Select(t => cell == "LSTM" ? $"h_{t}" : $"o_{t}")], "y");
        var text = string.Concat(c.Inputs.Select((x, i) => $"input: \"x{i}\" input_shape {{ {string.Concat(x.Shape.Select(d => $"dim: {d} "))}}} ")) + string.Join('\n', layers);
        var unrolled = CaffeNet.Read(text, null, CaffeNet.Model(weights));
        Assert.That(unrolled.Warnings, Is.Empty);
        var theirs = CaffeNet.InOpenCv(text, unrolled, c.Inputs.Select((x, i) => ($"x{i}", x)).ToDictionary(i => i.Item1, i => i.x), "y")[0];
        CaffeNet.Near(CaffeNet.Run(c.Net, c.Inputs)[0], theirs.Shape, at => theirs[at]);
    }
}

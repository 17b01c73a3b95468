using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Transfer;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>DetectionOutput against SSD's rules, written out.</summary>
internal sealed class DetectionTests
{
    const int Pictures = 2, Boxes = 9, Classes = 3;

    /// <summary>The layer's settings, as SSD's layer has them when the file says nothing.</summary>
    sealed record Rules
    {
        public bool Shared { get; init; } = true;

        public string Code { get; init; } = "CORNER";

        public bool Encoded { get; init; }

        public int Background { get; init; }

        public float Threshold { get; init; } = 0.3f;

        public float Eta { get; init; } = 1;

        public int TopK { get; init; } = -1;

        public int Keep { get; init; } = -1;

        public float Confidence { get; init; } = 0.3f;

        public int Sets => Shared ? 1 : Classes;

        public GraphNet Net() => CaffeNet.Read(CaffeNet.Text("DetectionOutput", $"detection_output_param {{ num_classes: {Classes} share_location: {(Shared ? "true" : "false")} background_label_id: {Background} code_type: {Code} variance_encoded_in_target: {(Encoded ? "true" : "false")} nms_param {{ nms_threshold: {Threshold} top_k: {TopK} eta: {Eta} }} keep_top_k: {Keep} confidence_threshold: {Confidence} }}",
            [[Pictures, Boxes * Sets * 4], [Pictures, Boxes * Classes], [1, 2, Boxes * 4]]));

        /// <summary>Rows of picture, class, score and box.</summary>
        public List<float[]> Detections(NDArray moves, NDArray scores, NDArray priors)
        {
            var rows = new List<float[]>();
            for (var n = 0; n < Pictures; n++)
            {
                var found = new List<float[]>();
                for (var c = 0; c < Classes; c++)
                {
                    if (c == Background) continue;
                    var (kept, threshold) = (new List<float[]>(), Threshold);
                    float Score(int b) => (float)scores[n, b * Classes + c];
                    foreach (var b in Enumerable.Range(0, Boxes).Where(b => Score(b) > Confidence).OrderByDescending(Score).Take(TopK > -1 ? TopK : Boxes))
                    {
                        var box = Decode([.. Enumerable.Range(0, 4).Select(i => (float)priors[0, 0, b * 4 + i])], [.. Enumerable.Range(0, 4).Select(i => (float)priors[0, 1, b * 4 + i])],
                            [.. Enumerable.Range(0, 4).Select(i => (float)moves[n, (b * Sets + (Shared ? 0 : c)) * 4 + i])]);
                        if (!kept.TrueForAll(k => Overlap(k[3..], box) <= threshold)) continue;
                        kept.Add([n, c, Score(b), .. box]);
                        if (Eta < 1 && threshold > 0.5f) threshold *= Eta;
                    }
                    found.AddRange(kept);
                }
                rows.AddRange(found.OrderByDescending(f => f[2]).Take(Keep > -1 ? Keep : found.Count).OrderBy(f => f[1]).ThenByDescending(f => f[2]));
            }
            return rows;
        }

        float[] Decode(float[] p, float[] variance, float[] move)
        {
            var m = Encoded ? move : [.. move.Zip(variance, (a, b) => a * b)];
            float w = p[2] - p[0], h = p[3] - p[1], x = (p[0] + p[2]) / 2 + m[0] * w, y = (p[1] + p[3]) / 2 + m[1] * h;
            return Code switch
            {
                "CORNER" => [p[0] + m[0], p[1] + m[1], p[2] + m[2], p[3] + m[3]],
                "CORNER_SIZE" => [p[0] + m[0] * w, p[1] + m[1] * h, p[2] + m[2] * w, p[3] + m[3] * h],
                _ => [x - MathF.Exp(m[2]) * w / 2, y - MathF.Exp(m[3]) * h / 2, x + MathF.Exp(m[2]) * w / 2, y + MathF.Exp(m[3]) * h / 2],
            };
        }

        static float Overlap(float[] a, float[] b)
        {
            if (b[0] > a[2] || b[2] < a[0] || b[1] > a[3] || b[3] < a[1]) return 0;
            float w = Math.Min(a[2], b[2]) - Math.Max(a[0], b[0]), h = Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]);
            return w > 0 && h > 0 ? w * h / (Size(a) + Size(b) - w * h) : 0;
        }

        static float Size(float[] box) => box[2] < box[0] || box[3] < box[1] ? 0 : (box[2] - box[0]) * (box[3] - box[1]);
    }

    static IEnumerable<Rules> Settings()
    {
        foreach (var code in new[] { "CORNER", "CENTER_SIZE", "CORNER_SIZE" })
            foreach (var shared in new[] { true, false })
                foreach (var encoded in new[] { true, false })
                    yield return new() { Code = code, Shared = shared, Encoded = encoded };
        yield return new() { Background = -1 };
        yield return new() { Background = 2, Shared = false };
        foreach (var confidence in new[] { -1, 0.01f, 0.7f }) yield return new() { Confidence = confidence };
        foreach (var threshold in new[] { 0, 0.5f, 1 }) yield return new() { Threshold = threshold };
        foreach (var keep in new[] { 0, 1, 4, 1000 }) yield return new() { Keep = keep, Background = -1 };
        foreach (var top in new[] { 0, 1, 3, 1000 }) yield return new() { TopK = top, Shared = top % 2 == 0, Keep = 5 };
        foreach (var eta in new[] { 0.95f, 0.5f }) yield return new() { Eta = eta, Threshold = 0.8f, Code = "CENTER_SIZE", Confidence = 0.01f };
        yield return new() { Eta = 0.5f, Threshold = 0.45f };
    }

    static IEnumerable<TestCaseData> Cases() => Settings().Select(r => new TestCaseData(r).SetName($"DetectionOutput by SSD's rules: {r}"));

    [TestCaseSource(nameof(Cases))]
    public void BySsdsRules(object settings)
    {
        var rules = (Rules)settings;
        var net = rules.Net();
        // Far moves turn boxes inside out along one axis or both.
        NDArray moves = CaffeNet.Numbers("moves", [Pictures, Boxes * rules.Sets * 4]), scores = CaffeNet.Numbers("scores", [Pictures, Boxes * Classes], 0, 1), priors = CaffeNet.Numbers("priors", [Pictures, 2, Boxes * 4], 0.1, 0.4);
        for (var i = 0; i < Boxes * 4; i++) priors[0, 0, i] += i % 4 < 2 ? 0 : 0.4;   // the first row counts
        var expected = rules.Detections(moves, scores, priors);
        var y = CaffeNet.Run(net, moves, scores, priors)[0];
        if (rules.Code != "CENTER_SIZE" && rules.Encoded) Assert.That(expected.Any(r => r[5] < r[3] || r[6] < r[4]), "some boxes are inside out");
        if (rules.Keep == 0 || rules.TopK == 0) CaffeNet.Near(y, [1, 1, Pictures, 7], at => at[3] == 0 ? at[2] : -1);
        else CaffeNet.Near(y, [1, 1, expected.Count, 7], at => expected[at[2]][at[3]]);
        CaffeNet.SurvivesFiles(net, [moves, scores, priors], [y]);
        if (rules.Confidence > 0) CaffeNet.Near(CaffeNet.Run(net, moves, NDArray.Zeros(scores.Shape), priors)[0], [1, 1, Pictures, 7], at => at[3] == 0 ? at[2] : -1);
    }

    [Test]
    public void BoxesInsideOutStay([Values(0, 1)] int axis)
    {
        // Equal boxes: the better one would suppress the other if it had a size.
        var net = new Rules().Net();
        NDArray moves = NDArray.Zeros([Pictures, Boxes * 4]), scores = NDArray.Zeros([Pictures, Boxes * Classes]), priors = NDArray.Zeros([Pictures, 2, Boxes * 4]);
        foreach (var box in new[] { 0, 1 })
        {
            (scores[0, box * Classes + 1], priors[0, 0, box * 4 + 2], priors[0, 0, box * 4 + 3]) = (0.9 - 0.1 * box, 0.5, 0.5);
            priors[0, 0, box * 4 + axis] = 0.8;
        }
        Assert.That(CaffeNet.Run(net, moves, scores, priors)[0].Shape[2], Is.EqualTo(2));
        for (var box = 0; box < 2; box++) priors[0, 0, box * 4 + axis] = 0.2;
        Assert.That(CaffeNet.Run(net, moves, scores, priors)[0].Shape[2], Is.EqualTo(1));
    }
}

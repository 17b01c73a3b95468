using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks;

/// <summary>
/// ResNet-50 trained on JPEG pictures of 500 x 375 that are decoded and augmented in the background, beside the same Fit on arrays in memory: passes in turn, so that
/// both see the same machine.
/// </summary>
internal static class InputPipeline
{
    const int Height = 375, Width = 500, Classes = 10;

    internal sealed record Settings(int Rounds, int Steps, int Batch, int Size, int Threads);

    internal static void Run(Settings s)
    {
        var folder = Directory.CreateTempSubdirectory("zoo-jpeg-").FullName;
        try
        {
            var count = s.Steps * s.Batch;
            for (var i = 0; i < count; i++) Draw(Path.Combine(folder, $"{i:d5}.jpg"), i);
            var bytes = Directory.GetFiles(folder).Average(f => new FileInfo(f).Length);
            var files = Dataset.ListFiles(folder, "*.jpg");
            Console.WriteLine($"ResNet-50, batch {s.Batch}, {s.Size} x {s.Size}; {count} JPEG pictures of {Width} x {Height}, {bytes / 1024:F0} KB each; {s.Threads} thread(s) decode, {Environment.ProcessorCount} processors");
            var alone = Stopwatch.StartNew();
            var made = files.Map(f => Augmented(f, s.Size, 0)).Count();
            Console.WriteLine($"decoding and augmenting alone, one thread: {alone.Elapsed.TotalMilliseconds / made:F1} ms a picture");

            var model = ResNet50.Make(s.Size, Classes);
            model.Compile(new SGD(0.01, momentum: 0.9), "sparse_categorical_crossentropy", ["accuracy"]);
            var pass = 0;
            var streamed = files.Shuffle(count, seed: 1).Map(f => (X: Augmented(f, s.Size, Volatile.Read(ref pass)), Y: NDArray.Scalar(Label(f), DType.Int64)), s.Threads).Batch(s.Batch).Prefetch(2);
            var (x, y) = files.Map(f => (Augmented(f, s.Size, 0), NDArray.Scalar(Label(f), DType.Int64))).Batch(count).Single();
            Memory(1);
            Files();   // both have planned
            var (fromFiles, fromMemory, waits) = (new double[s.Rounds], new double[s.Rounds], new double[s.Rounds]);
            for (var r = 0; r < s.Rounds; r++)
            {
                if (r % 2 == 0) (fromMemory[r], (fromFiles[r], waits[r])) = (Memory(s.Steps), Files());
                else ((fromFiles[r], waits[r]), fromMemory[r]) = (Files(), Memory(s.Steps));
                Console.WriteLine($"round {r + 1}: from memory {count / fromMemory[r]:F2} pictures/s, from files {count / fromFiles[r]:F2}; steps waited {waits[r]:F2} of {fromFiles[r]:F2} s");
            }
            Console.WriteLine($"throughput from files / from memory: {Ratio.Of(fromMemory, fromFiles)}; waiting is {waits.Sum() / fromFiles.Sum():P1} of the time");

            double Memory(int steps)
            {
                var watch = Stopwatch.StartNew();
                model.Fit(x, y, batchSize: s.Batch, epochs: 1, verbose: 0, stepsPerEpoch: steps);
                return watch.Elapsed.TotalSeconds;
            }

            (double Time, double Waited) Files()
            {
                pass++;
                var watch = Stopwatch.StartNew();
                var history = model.Fit(streamed, epochs: 1, verbose: 0);
                return (watch.Elapsed.TotalSeconds, history.InputWaits.Sum());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static int Label(string file) => int.Parse(Path.GetFileNameWithoutExtension(file)) % Classes;

    /// <summary>A random part of the picture, turned over half the time; numbers from -1 to 1.</summary>
    static NDArray Augmented(string file, int size, int pass)
    {
        var random = new Random(HashCode.Combine(pass, Label(file), file.Length) + int.Parse(Path.GetFileNameWithoutExtension(file)));
        var whole = Images.Read(file, size * 8 / 7, size * 8 / 7, scaledDecoding: true);
        var (top, left, mirror) = (random.Next(size / 7), random.Next(size / 7), random.Next(2) == 1);
        var part = NDArray.Zeros([size, size, 3]);
        var from = whole.AsSpan<float>();
        var to = part.AsSpan<float>();
        for (var row = 0; row < size; row++)
        {
            var line = from.Slice(((row + top) * (size * 8 / 7) + left) * 3, size * 3);
            var target = to.Slice(row * size * 3, size * 3);
            System.Numerics.Tensors.TensorPrimitives.Multiply(line, 1 / 127.5f, target);
            System.Numerics.Tensors.TensorPrimitives.Subtract(target, 1f, target);
            if (!mirror) continue;
            target.Reverse();
            for (var p = 0; p < target.Length; p += 3) (target[p], target[p + 2]) = (target[p + 2], target[p]);
        }
        return part;
    }

    /// <summary>Soft shapes with some grain: it packs to about the size of a photo.</summary>
    static void Draw(string path, int number)
    {
        var random = new Random(number);
        var picture = new byte[Height * Width * 3];
        for (var i = 0; i < 60; i++)
        {
            var (cy, cx, radius) = (random.Next(Height), random.Next(Width), random.Next(10, 120));
            Span<int> color = [random.Next(256), random.Next(256), random.Next(256)];
            for (var y = Math.Max(0, cy - radius); y < Math.Min(Height, cy + radius); y++)
                for (var x = Math.Max(0, cx - radius); x < Math.Min(Width, cx + radius); x++)
                    if ((y - cy) * (y - cy) + (x - cx) * (x - cx) < radius * radius)
                        for (var c = 0; c < 3; c++) picture[(y * Width + x) * 3 + c] = (byte)((picture[(y * Width + x) * 3 + c] + color[c]) / 2);
        }
        for (var i = 0; i < picture.Length; i++) picture[i] = (byte)Math.Clamp(picture[i] + random.Next(-12, 13), 0, 255);
        Images.Save(path, NDArray.From(picture, [Height, Width, 3]), quality: 88);
    }
}

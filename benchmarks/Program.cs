using System.Diagnostics;
using System.Globalization;
using Zoo.Autograd.Engine.Torch;
using Zoo.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["profile", var job, ..]:
        Profile.Run(Job.Find(job), args.Length > 2 ? int.Parse(args[2]) : 200);
        return 0;
    case ["quick", var kind, var name, var threads]:
        TorchThreads.Count = int.Parse(threads);
        IPeer peer = kind == "embedded" ? new EmbeddedPeer(Job.Find(name), 128) : new TensorFlowPeer(Job.Find(name), 128, int.Parse(threads), kind == "fused");
        Console.WriteLine($"first {peer.Step():F4} {peer.Step():F4} {peer.Step():F4}");
        for (var i = 0; i < 30; i++) peer.Step();
        var times = Enumerable.Range(0, 200).Select(_ => { var t = Stopwatch.GetTimestamp(); peer.Step(); return Stopwatch.GetElapsedTime(t).TotalMilliseconds; }).Order().ToArray();
        Console.WriteLine($"{kind} {name} {threads}: min {times[0]:F3} q1 {times[50]:F3} median {times[100]:F3}");
        return 0;
    default:
        Console.Error.WriteLine("benchmarks: expected profile mlp|lenet [steps]");
        return 2;
}

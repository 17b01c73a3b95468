using Google.Protobuf;
using Zoo.Autograd.Graph;
using Zoo.Spark.Collective;
using Zoo.Spark.Training;

namespace Zoo.Spark.Local;

/// <summary>Commands and replies as bytes. Programs travel as TensorFlow's graphs, in which Parameters have their numbers as names.</summary>
internal static class Codec
{
    const byte Set = 1, Get = 2, Plan = 3, Program = 4, Step = 5, Run = 6, Stop = 7, Clear = 8;

    internal static void Write(Parcel to, Command command, Func<Parameter, string> nameOf)
    {
        switch (command)
        {
            case Command.Set set:
                to.Write(Set);
                List(to, set.Values, v => { to.Write(v.Id); Array(to, v.Value); });
                break;
            case Command.Get get:
                to.Write(Get);
                List(to, get.Ids, to.Write);
                break;
            case Command.LoadPlan load:
                to.Write(Plan);
                to.Write(load.Id);
                PlanCodec.Write(to, load.Plan, nameOf);
                break;
            case Command.LoadProgram load:
                to.Write(Program);
                to.Write(load.Id);
                to.Write(load.Engine);
                Graph(to, load.Program, nameOf);
                break;
            case Command.Step step:
                to.Write(Step);
                to.Write(step.Plan);
                to.Write(step.Draw);
                to.Write(step.Rows);
                List(to, step.Feeds, f => Array(to, f));
                break;
            case Command.Run run:
                to.Write(Run);
                to.Write(run.Program);
                List(to, run.Feeds, f => Array(to, f));
                break;
            default:
                to.Write(command is Command.Clear ? Clear : Stop);
                break;
        }
    }

    internal static Command ReadCommand(ParcelReader from)
    {
        switch (from.ReadByte())
        {
            case Set: return new Command.Set(List(from, () => (from.ReadInt32(), Array(from))));
            case Get: return new Command.Get(List(from, from.ReadInt32));
            case Plan: return new Command.LoadPlan(from.ReadInt32(), PlanCodec.Read(from));
            case Program:
                var (id, engine) = (from.ReadInt32(), from.ReadString());
                return new Command.LoadProgram(id, Graph(from)!, engine);
            case Step:
                var (plan, draw, rows) = (from.ReadInt32(), from.ReadInt64(), from.ReadInt64());
                return new Command.Step(plan, draw, List(from, () => Array(from, mayReuse: true)), rows);
            case Run: return new Command.Run(from.ReadInt32(), List(from, () => Array(from, mayReuse: true)));
            case Clear: return new Command.Clear();
            case Stop: return new Command.Stop();
            case var other: throw new InvalidDataException($"a command of kind {other} came, which is not known");
        }
    }

    internal static void Write(Parcel to, Reply reply)
    {
        List(to, reply.Values, v => Array(to, v));
        List(to, reply.Phases.Ticks ?? [], to.Write);
        to.Write(reply.Fault is not null);
        if (reply.Fault is { } fault)
        {
            to.Write(fault.Type);
            to.Write(fault.Message);
            to.Write(fault.Blames);
        }
    }

    internal static Reply ReadReply(ParcelReader from)
    {
        var values = List(from, () => Array(from));
        Phases phases = new(List(from, from.ReadInt64));
        return new(values, from.ReadBoolean() ? new(from.ReadString(), from.ReadString(), from.ReadInt32()) : null, phases);
    }

    internal static void Graph(BinaryWriter to, Program? program, Func<Parameter, string> nameOf)
    {
        to.Write(program is { } some && some.Fetches.Length + some.Updates.Length > 0);
        if (program is null || program.Fetches.Length + program.Updates.Length == 0) return;
        var written = GraphDefWriter.Write(program, nameOf);
        var graph = written.Graph.ToByteArray();
        to.Write(program.Name);
        to.Write(graph.Length);
        to.Write(graph);
        List(to, written.Feeds, to.Write);
        List(to, written.Fetches, to.Write);
        to.Write(written.Train ?? "");
    }

    internal static Program? Graph(BinaryReader from)
    {
        if (!from.ReadBoolean()) return null;
        var name = from.ReadString();
        var graph = GraphDefReader.Read(from.ReadBytes(from.ReadInt32()));
        var (feeds, fetches, train) = (List(from, from.ReadString), List(from, from.ReadString), from.ReadString());
        var program = graph.Program(feeds, fetches, train.Length > 0 ? [train] : []);
        return new() { Name = name, Feeds = program.Feeds, Fetches = program.Fetches, Updates = program.Updates, Effects = program.Effects };
    }

    internal static void List<T>(BinaryWriter to, IReadOnlyList<T> items, Action<T> write)
    {
        to.Write(items.Count);
        foreach (var item in items) write(item);
    }

    internal static T[] List<T>(BinaryReader from, Func<T> read)
    {
        var items = new List<T>();
        for (var count = from.ReadInt32(); items.Count < count;) items.Add(read());
        return [.. items];
    }

    internal static void Dims(BinaryWriter to, Shape shape) => List(to, shape.ToArray(), to.Write);

    internal static Shape Dims(BinaryReader from) => Shape.Create(List(from, from.ReadInt64));

    internal static void Array(Parcel to, NDArray array)
    {
        to.Write((byte)array.DType);
        Dims(to, array.Shape);
        if (array.DType != DType.String) to.Contents(array);
        else foreach (var text in array.AsSpan<byte[]>()) { to.Write(text.Length); to.Write(text); }
    }

    internal static NDArray Array(ParcelReader from, bool mayReuse = false)
    {
        var (dtype, shape) = ((DType)from.ReadByte(), Dims(from));
        if (dtype != DType.String) return from.Contents(shape, dtype, mayReuse);
        var array = NDArray.Zeros(shape, dtype);
        for (var i = 0; i < array.Count; i++) array.AsSpan<byte[]>()[i] = from.ReadBytes(from.ReadInt32());
        return array;
    }
}

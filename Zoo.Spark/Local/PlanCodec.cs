using Zoo.Spark.Training;

namespace Zoo.Spark.Local;

/// <summary>A step's plan as bytes.</summary>
internal static class PlanCodec
{
    internal static void Write(BinaryWriter to, StepPlan plan, Func<Parameter, string> nameOf)
    {
        to.Write(plan.Engine);
        foreach (var program in plan.Programs) Codec.Graph(to, program, nameOf);
        Codec.List(to, plan.Regions, r => { Region(to, r.DType, r.Count); Codec.List(to, r.Bounds, to.Write); to.Write(r.RowWidth); });
        foreach (var spots in (Spot[][])[plan.Trained, plan.Moved, plan.Sizes, plan.Pieces, plan.PieceSizes]) Codec.List(to, spots, s => { to.Write(s.Region); to.Write(s.From); Codec.Dims(to, s.Shape); });
        Codec.List(to, plan.MovedRegions, r => Region(to, r.DType, r.Count));
        Codec.List(to, plan.Set, s => { to.Write((byte)s.DType); Codec.Dims(to, s.Shape); });
        foreach (var numbers in (int[][])[plan.NormOf, plan.PieceShards, plan.Meters, plan.Counted, plan.Fleeting]) Codec.List(to, numbers, to.Write);
        to.Write(plan.NormCount);
        to.Write(plan.IsGuarded);
    }

    internal static StepPlan Read(BinaryReader from)
    {
        var engine = from.ReadString();
        var programs = Enumerable.Range(0, 6).Select(_ => Codec.Graph(from)).ToArray();
        var regions = Codec.List(from, () => ((DType)from.ReadByte(), from.ReadInt32(), Codec.List(from, from.ReadInt32), from.ReadInt32()));
        Spot[] trained = Spots(), moved = Spots(), sizes = Spots(), pieces = Spots(), pieceSizes = Spots();
        return new()
        {
            Engine = engine,
            Denominators = programs[0],
            Parts = programs[1]!,
            Norms = programs[2],
            Update = programs[3],
            Read = programs[4],
            Assign = programs[5],
            Regions = regions,
            Trained = trained,
            Moved = moved,
            Sizes = sizes,
            Pieces = pieces,
            PieceSizes = pieceSizes,
            MovedRegions = Codec.List(from, () => ((DType)from.ReadByte(), from.ReadInt32())),
            Set = Codec.List(from, () => ((DType)from.ReadByte(), Codec.Dims(from))),
            NormOf = Codec.List(from, from.ReadInt32),
            PieceShards = Codec.List(from, from.ReadInt32),
            Meters = Codec.List(from, from.ReadInt32),
            Counted = Codec.List(from, from.ReadInt32),
            Fleeting = Codec.List(from, from.ReadInt32),
            NormCount = from.ReadInt32(),
            IsGuarded = from.ReadBoolean(),
        };

        Spot[] Spots() => Codec.List(from, () => new Spot(from.ReadInt32(), from.ReadInt32(), Codec.Dims(from)));
    }

    static void Region(BinaryWriter to, DType dtype, int count)
    {
        to.Write((byte)dtype);
        to.Write(count);
    }
}

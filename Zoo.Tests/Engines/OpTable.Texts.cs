using Zoo.Autograd;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static readonly string[] words = ["", "a", "A b", "Hello, World!", " spaced\t out ", "12", "ärger Ünder ÉTÉ", "日本語 テキスト 𝄞", "x,y,,z,", "a longer string, so that it does not lie within 24 bytes; it has 3 parts", "the quick brown fox jumps over the lazy dog and goes on running"];

    static Words W(params ReadOnlySpan<long> dims) => new(Shape.Create(dims), words);
    static Words W(Shape shape, params string[] from) => new(shape, from);
    static Fixed S(params string[] values) => new(NDArray.From(values));
    static Fixed S(string value) => new(NDArray.From([value], Shape.Scalar));
    static Fixed L(params long[] values) => new(values);
    static Fixed M64(int rows, int columns) => new(NDArray.From(Enumerable.Range(0, rows * columns).Select(i => (long)i * i * 12345 - 70).ToArray(), [rows, columns]));

    static Dictionary<string, OpVariant[]> Texts() => new()
    {
        ["StringLower"] = [V(W(3, 4)), V(W(40)), V([W(40)], ("encoding", "utf-8")), V(W())],
        ["StringUpper"] = [V(W(3, 4)), V(W(40)), V([W(40)], ("encoding", "utf-8"))],
        ["StringStrip"] = [V(W(3, 4)), V(W([5], "\n a \v", "\f\r", "", "b"))],
        ["StringLength"] = [V(W(40)), V([W(40)], ("unit", "UTF8_CHAR")), V(W())],
        ["StringJoin"] = [V(W(3, 4), W(3, 4)), V([W(3), W(), W(3)], ("separator", ", ")), V(W(2, 2)), V(W(), W())],
        ["ReduceJoin"] = [V(W(3, 4), I(1)), V([W(3, 4), I(0)], ("separator", "-"), ("keep_dims", true)), V(W(2, 3, 2), I(2, 0)), V(W(2, 3, 2), I(0, -1)), V(W(3, 4), I())],
        ["UnsortedSegmentJoin"] = [V([W(6), Ix(4, 6), N(4)], ("separator", "|")), V(W(3, 2), Ix(2, 3), N(2)), V(W(2, 3), Ix(3, 2, 3), N(3))],
        ["Substr"] =
        [
            V(W([6], "hello", "wörld"), N(1), N(3)), V([W([6], "hello", "wörld"), N(-3), N(2)], ("unit", "UTF8_CHAR")), V(W([3], "hello", "world"), I(0, 2, 5), I(1, 9, 2)), V(W([2, 3], "hello", "world"), I(0, 2, -5), I(1, 9, 2)),
        ],
        ["StaticRegexReplace"] =
        [
            V([W(40)], ("pattern", "[!\"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\']"), ("rewrite", "")), V([W(40)], ("pattern", "(\\w+) (\\w+)"), ("rewrite", "\\2_\\1")), V([W(40)], ("pattern", "a*"), ("rewrite", "-")),
            V([W(40)], ("pattern", "\\s+|$"), ("rewrite", "\\\\"), ("replace_global", false)), V([W(40)], ("pattern", "(?i)[[:upper:]].|\\W$"), ("rewrite", "<\\0>")), V([W(40)], ("pattern", "."), ("rewrite", ".")), V([W(40)], ("pattern", "[^\\w\\s]"), ("rewrite", "#")),
            V([W(40)], ("pattern", "(?P<word>\\pL+)"), ("rewrite", "\\1\\1")), V([W(40)], ("pattern", "\\Qx,y\\E|^a"), ("rewrite", "Q")),
        ],
        ["RegexReplace"] = [V(W(40), S("[aeiou]+"), S("v")), V([W(3, 4), S("(.)(.)"), S("\\2\\1")], ("replace_global", false))],
        ["StaticRegexFullMatch"] = [V([W(40)], ("pattern", ".*o.*")), V([W(3, 4)], ("pattern", "\\d+|a|")), V([W(3, 4)], ("pattern", "[a-z ]*"))],
        ["RegexFullMatch"] = [V(W(40), S("\\w*")), V(W(3, 4), S("(?s).{2,13}"))],
        ["StringToHashBucketFast"] = [V([W(40)], ("num_buckets", 1000003)), V([W(40)], ("num_buckets", long.MaxValue)), V([W([30], lengths)], ("num_buckets", long.MaxValue))],
        ["StringToHashBucket"] = [V([W(40)], ("num_buckets", 7)), V([W([30], lengths)], ("num_buckets", long.MaxValue))],
        ["StringToHashBucketStrong"] = [V([W(40)], ("num_buckets", 1000), ("key", new long[] { 133, 137 })), V([W([30], lengths)], ("num_buckets", long.MaxValue), ("key", new long[] { -5, long.MaxValue }))],
        ["SparseCross"] =
        [
            .. from columns in new OpInput[][] { [W(5, 1), M64(5, 1)], [W(4, 2), W(4, 1), W(4, 3)], [M64(3, 2), M64(3, 2)] }
               select V(columns, ("N", 0), ("hashed_output", true), ("num_buckets", 1000), ("hash_key", 0xDECAFCAFFE), ("out_type", DType.Int64), ("internal_type", columns.Any(c => c is not Words) ? DType.Int64 : DType.String), ("sparse_types", Array.Empty<DType>())),
        ],
        ["StringToNumber"] =
        [
            .. from type in new[] { DType.Float32, DType.Float64 } select V([W([9], "1", " -2.5e3 ", "+.5", "inf", "-INF", "nan", "1e-40", "123456789.123456789")], ("out_type", type)),
            .. from type in new[] { DType.Int32, DType.Int64 } select V([W([6], "1", " -20 ", "007", "2147483647")], ("out_type", type)),
        ],
        ["AsString"] =
        [
            V(D([12], -1000, 1000)), V([D([12], -1000, 1000)], ("width", 12), ("fill", "0")), V([D([12], -9, 9)], ("width", 9), ("fill", "-")), V([D([12], -9, 9)], ("fill", "+")),
            .. from way in new[] { "scientific", "shortest" } from type in new[] { DType.Float32, DType.Float64 } select V([D([12], -1e6, 1e6)], (way, true), ("T", type)), V([D([12], -1, 1)], ("precision", 3), ("T", DType.Float64)),
            V([D([12], -1e-4, 1e-4)], ("precision", 4), ("shortest", true), ("T", DType.Float64)),
        ],
        ["StringSplitV2"] = [V(W(8), S("")), V(W(8), S(",")), V([W(8), S(", ")], ("maxsplit", 1)), V([W(8), S("")], ("maxsplit", 2)), V([W(8), S(" ")], ("maxsplit", 0)), V(W(0), S(""))],
        ["StringSplit"] = [V(W(8), S(", ")), V([W(8), S(",")], ("skip_empty", false)), V(W(4), S(""))],
        ["StringNGrams"] =
        [
            .. from preserve in new[] { true, false } from pad in new[] { -1, 0, 1 } from widths in new[] { new long[] { 2 }, [1, 3], [4] }
               select V([W(9), L(0, 2, 2, 3, 9)], ("separator", "|"), ("ngram_widths", widths), ("left_pad", "<"), ("right_pad", ">"), ("pad_width", pad), ("preserve_short_sequences", preserve)),
        ],
        ["UnicodeDecode"] = [V([W(8)], ("input_encoding", "UTF-8")), V([W(8)], ("input_encoding", "UTF-16-BE")), V([W(2, 3)], ("input_encoding", "UTF-8"), ("replace_control_characters", true), ("Tsplits", DType.Int32)), V([W(8)], ("input_encoding", "UTF-32-BE"), ("errors", "ignore")), V([W([5], "a", "äß", "日本")], ("input_encoding", "UTF-8"), ("errors", "strict"))],
        ["UnicodeDecodeWithOffsets"] = [V([W(8)], ("input_encoding", "UTF-8")), V([W(2, 3)], ("input_encoding", "UTF-8"), ("errors", "ignore"), ("replace_control_characters", true)), V([W([5], "a", "äß", "日本")], ("input_encoding", "UTF-8"), ("errors", "strict"))],   // TensorFlow ends the process at int32 splits
        ["UnicodeEncode"] = [.. from encoding in new[] { "UTF-8", "UTF-16-BE", "UTF-32-BE" } select V([Ix(70000, 9), L(0, 3, 3, 9)], ("output_encoding", encoding)), .. from errors in new[] { "ignore", "strict", "replace" } select V([Ix(5000, 4), L(0, 1, 1, 4)], ("output_encoding", "UTF-8"), ("errors", errors)), V([Ix(5000, 2), L(0, 2)], ("output_encoding", "UTF-8"))],
        ["DecodeRaw"] =
        [
            .. from type in new[] { DType.UInt8, DType.Int16, DType.Int32, DType.Int64, DType.Float32 } select V([W([2, 3], "abcdefgh", "12345678")], ("out_type", type)),
            V([W([3], "abcdefgh", "12345678")], ("out_type", DType.Int32), ("little_endian", false)),
        ],
        ["ShardedFilename"] = [V(W([], "base", "a/b"), N(1), N(30)), V(W([], "base"), N(123456), N(7)), V(W([], ""), N(0), N(1))],
        ["DenseToDenseSetOperation"] = [.. from operation in new[] { "a-b", "b-a", "intersection", "union" } select V([D([2, 3, 4], -3, 3), D([2, 3, 3], -3, 3)], ("set_operation", operation))],
        ["ParseExample"] =
        [
            V([W([5], examples), S(), S("words"), S("numbers"), S("pair"), S("id"), new Fixed(new[] { 7f, 8f }), L()],
                ("Nsparse", 2), ("Ndense", 2), ("sparse_types", new[] { DType.String, DType.Int64 }), ("Tdense", new[] { DType.Float32, DType.Int64 }), ("dense_shapes", new Shape[] { [2], [] })),
            V([W([3], examples), S(), S("absent"), S("words"), S("numbers"), S("pair"), L(5), new Fixed(new[] { 3f })],
                ("Nsparse", 2), ("Ndense", 2), ("sparse_types", new[] { DType.Float32, DType.String }), ("Tdense", new[] { DType.Int64, DType.Float32 }), ("dense_shapes", new Shape[] { [Dim.Any], [Dim.Any] })),
        ],
        ["ParseExampleV2"] =
        [
            V([W([5], examples), S(), S(["words"]), S(["pair"]), S(["numbers"]), new Fixed(new[] { 7f, 8f })],
                ("num_sparse", 1), ("sparse_types", new[] { DType.String }), ("Tdense", new[] { DType.Float32 }), ("dense_shapes", new Shape[] { [2] }), ("ragged_value_types", new[] { DType.Int64 }), ("ragged_split_types", new[] { DType.Int32 })),
            V([W([], examples), S(), S(["numbers"]), S(["id"]), S(), new Fixed(NDArray.Scalar(4, DType.Int64))],
                ("num_sparse", 1), ("sparse_types", new[] { DType.Int64 }), ("Tdense", new[] { DType.Int64 }), ("dense_shapes", new Shape[] { [] }), ("ragged_value_types", Array.Empty<DType>()), ("ragged_split_types", Array.Empty<DType>())),
        ],
        ["RaggedTensorToTensor"] =
        [
            V([L(-1, -1), D(6), T(0), L(0, 2, 2, 6)], ("row_partition_types", new[] { "ROW_SPLITS" })), V([L(5, 3), D(6), T(1), L(0, 2, 2, 6)], ("row_partition_types", new[] { "ROW_SPLITS" })),
            V([L(-1, 4), D(6), T(0), new Fixed(NDArray.Scalar(4, DType.Int64)), L(0, 0, 1, 3, 3, 3)], ("row_partition_types", new[] { "FIRST_DIM_SIZE", "VALUE_ROWIDS" })),
            V([L(-1, -1, -1, 2), D(5, 2), T(0), L(0, 2, 3), L(0, 1, 4, 5)], ("row_partition_types", new[] { "ROW_SPLITS", "ROW_SPLITS" })), V([L(2, 2, 2), D(5), T(0), L(0, 2, 3), L(0, 1, 4, 5)], ("row_partition_types", new[] { "ROW_SPLITS", "ROW_SPLITS" })),
        ],
    };

    /// <summary>Records of features, of bytes that are text too.</summary>
    static readonly string[] examples = [.. new[] { 0, 1, 4 }.Select(n =>
    {
        var features = new Features();
        features.Feature["pair"] = new() { FloatList = new() { Value = { 2, .5f * n } } };
        features.Feature["id"] = new() { Int64List = new() { Value = { n + 4 } } };
        features.Feature["words"] = new() { BytesList = new() { Value = { Enumerable.Range(0, n).Select(i => Google.Protobuf.ByteString.CopyFromUtf8("w" + i)) } } };
        if (n > 0) features.Feature["numbers"] = new() { Int64List = new() { Value = { Enumerable.Range(10, 5 - n).Select(i => (long)i) } } };
        return System.Text.Encoding.UTF8.GetString(Google.Protobuf.MessageExtensions.ToByteArray(new Example { Features = features }));
    })];

    /// <summary>Strings of every length that a hash treats in its own way.</summary>
    static readonly string[] lengths = [.. new[] { 0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200 }.Select(n => string.Concat(Enumerable.Range(0, n).Select(i => (char)('!' + i * 7 % 90))))];
}

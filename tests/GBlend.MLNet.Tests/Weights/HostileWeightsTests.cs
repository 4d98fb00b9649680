using System.IO.Compression;
using System.Text;
using static GBlend.MLNet.Tests.TestWeightFiles;

namespace GBlend.MLNet.Tests;

/// <summary>Files that are damaged, or made to do harm.</summary>
public sealed class HostileWeightsTests
{
    private const string One = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Fact]
    public void Load_of_ten_thousand_mutated_files_is_refused_or_right()
    {
        var safetensors = Save(Load(Zip(Pickle())));
        int mutatedZips = Mutations.Check(Zip(Pickle()), 2000, seed: 1);
        int mutatedPickles = Mutations.Check(Pickle(), 3000, seed: 2, pickle => Zip(pickle));
        int mutatedLegacy = Mutations.Check(Legacy(Pickle(isLegacy: true)), 3000, seed: 3);
        int mutatedSafetensors = Mutations.Check(safetensors, 2000, seed: 4);

        // Alterations that nothing can notice (a number, a letter of a name, a byte between the parts) load; most are noticed.
        Assert.InRange(mutatedZips, 1, 1000);
        Assert.InRange(mutatedPickles, 1, 1500);
        Assert.InRange(mutatedLegacy, 1, 1500);
        Assert.InRange(mutatedSafetensors, 1, 1500);
    }

    [Fact]
    public void Load_truncated_at_every_length_is_refused()
    {
        Mutations.CheckTruncations(Zip(Pickle()));
        Mutations.CheckTruncations(Legacy(Pickle(isLegacy: true)));
        Mutations.CheckTruncations(Save(Load(Zip(Pickle()))));
    }

    [Theory]
    [InlineData("posix", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    [InlineData("torch", "floatStorage")]
    [InlineData("__torch__.torch.nn", "Module")]
    public void Load_with_another_class_is_refused_by_name(string module, string name)
    {
        var called = Pickle(more: p => p.Op('(').Text("x").Class(module, name).Text("touch pwned").Raw(0x85).Op('R').Op('u'));
        var mentioned = Pickle(more: p => p.Class(module, name).Op('0'));
        var named = Pickle(more: p => p.Text(module).Text(name).Raw(0x93).Op('0'));
        foreach (var pickle in new[] { called, mentioned, named })
        {
            Assert.Contains($"{module}.{name}", Assert.Throws<InvalidDataException>(() => Load(Zip(pickle))).Message);
            Assert.Contains($"{module}.{name}", Assert.Throws<InvalidDataException>(() => Load(Legacy(pickle))).Message);
        }
    }

    [Theory]
    [InlineData('i')] // INST
    [InlineData('o')] // OBJ
    [InlineData((char)0x81)] // NEWOBJ
    [InlineData((char)0x92)] // NEWOBJ_EX
    [InlineData((char)0x82)] // EXT1
    [InlineData('P')] // PERSID
    [InlineData('\0')]
    public void Load_with_another_instruction_is_refused_by_number(char opcode)
    {
        var error = Assert.Throws<InvalidDataException>(() => Load(Zip(Pickle(more: p => p.Raw((byte)opcode)))));
        Assert.Contains($"0x{(int)opcode:X2}", error.Message);
    }

    [Fact]
    public void Load_refuses_names_that_would_write_on_a_terminal()
    {
        var error = Assert.Throws<InvalidDataException>(() => Load(Zip(Pickle(more: p => p.Class("a\u001b[2J", new string('b', 150))))));
        Assert.DoesNotContain("\u001b", error.Message);
        Assert.True(error.Message.Length < 400);
    }

    [Theory]
    [InlineData(0, new long[] { 13 }, new long[] { 1 })] // beyond the end
    [InlineData(1, new long[] { 12 }, new long[] { 1 })]
    [InlineData(12, new long[] { }, new long[] { })]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 })]
    [InlineData(0, new long[] { 2, 2 }, new long[] { 11, 1 })]
    [InlineData(0, new long[] { 2 }, new long[] { -1 })]
    [InlineData(0, new long[] { -2 }, new long[] { 1 })]
    [InlineData(0, new long[] { 2 }, new long[] { 1, 1 })]
    [InlineData(0, new long[] { 3, 3 }, new long[] { long.MaxValue / 2, 1 })]
    [InlineData(0, new[] { 1L << 32, 1L << 32 }, new long[] { 0, 0 })] // beyond all memory
    [InlineData(0, new[] { 1L << 30 }, new long[] { 0 })] // beyond this file's
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData(long.MinValue, new long[] { 2 }, new long[] { 1 })]
    public void Load_of_views_outside_their_storage_is_refused(long offset, long[] shape, long[] strides)
    {
        var pickle = new PickleWriter().Op('}').Text("x").Tensor(Floats, offset, shape, strides).Op('s').ToArray();
        Assert.Null(Mutations.LoadOrRefuse(Zip(pickle)));
    }

    [Theory]
    [InlineData("N")] // values
    [InlineData("(")] // marks
    [InlineData("]")] // lists
    [InlineData("}")] // dicts
    [InlineData("}q\0")] // remembered dicts
    [InlineData("](")] // nested for the reader, were it recursive
    [InlineData("}N}s")] // dicts in dicts
    [InlineData("N\u0085")] // tuples in tuples
    [InlineData("G\0\0\0\0\0\0\0\0")]
    [InlineData("U\u0001a")]
    [InlineData("ccollections\nOrderedDict\n)R")]
    public void Load_of_pickles_that_ask_for_memory_is_refused(string repeated)
    {
        var bytes = Encoding.Latin1.GetBytes(repeated);
        var pickle = new PickleWriter();
        for (int i = 0; i < 2_000_000 / bytes.Length; i++)
            pickle.Raw(bytes);
        var content = Zip(pickle.ToArray());
        Assert.Null(Mutations.LoadOrRefuse(content));
        Assert.Contains("four times", Assert.Throws<InvalidDataException>(() => Load(content)).Message);
    }

    [Fact]
    public void Load_of_a_pickle_that_remembers_out_of_order_is_refused()
    {
        Assert.Null(Mutations.LoadOrRefuse(Zip(new PickleWriter().Op('}').Op('r').Raw(0xFF, 0xFF, 0xFF, 0xFF).ToArray())));
    }

    [Fact]
    public void Load_of_many_copies_of_one_storage_is_refused_beyond_the_memory_allowed()
    {
        var storage = new TestStorage("FloatStorage", "0", 4, new byte[1 << 20]);
        byte[] Turned(int copies)
        {
            var pickle = new PickleWriter().Op('}').Op('(');
            for (int i = 0; i < copies; i++)
                pickle.Text($"t{i}").Tensor(storage, 0, [512, 512], [1, 512]);
            return Zip(pickle.Op('u').ToArray(), [storage]);
        }
        Assert.NotNull(Mutations.LoadOrRefuse(Turned(1)));
        Assert.Null(Mutations.LoadOrRefuse(Turned(3)));
    }

    [Fact]
    public void Load_of_a_dict_that_holds_itself_ends()
    {
        Assert.Null(Mutations.LoadOrRefuse(Zip(new PickleWriter().Op('}').Memo().Text("state_dict").Op('h').Raw(0).Op('s').ToArray())));
    }

    [Fact]
    public void Load_of_other_zip_files_is_refused()
    {
        Assert.Contains("compressed", Assert.Throws<InvalidDataException>(() => Load(Zip(Pickle(), level: CompressionLevel.SmallestSize))).Message);
        Assert.Throws<InvalidDataException>(() => Load(Zip(Pickle(), [Floats, Longs]))); // a storage is missing
        Assert.Throws<InvalidDataException>(() => Load(Zip(Pickle(), [Floats, Halves, Longs with { Bytes = [] }])));
        Assert.Throws<InvalidDataException>(() => Load(Zip(Pickle(), [Floats, Floats, Halves, Longs]))); // twice
        var flipped = Zip(Pickle());
        flipped[flipped.AsSpan().IndexOf(Floats.Bytes) + 5] ^= 1;
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => Load(flipped)).Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)] // overlap
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16)] // hole
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", 16)] // name twice
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(One, 9)] // bytes left over
    [InlineData(One, 7)]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8)]
    [InlineData("""{"a":[]}""", 0)]
    [InlineData("""{"__metadata__":{"format":1}}""", 0)]
    [InlineData("""{"__metadata__":[]}""", 0)]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0)]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{} {}""", 0)]
    [InlineData("""{""", 0)]
    public void Load_of_wrong_safetensors_is_refused(string header, int dataBytes) =>
        Assert.Null(Mutations.LoadOrRefuse(Safetensors(header, dataBytes)));

    [Theory]
    [InlineData("F8_E8M0", 3, 3)]
    [InlineData("F4", 6, 3)]
    [InlineData("F4", 5, 3)]
    [InlineData("F6_E2M3", 4, 3)]
    [InlineData("F8_E4M3FNUZ", 2, 2)]
    [InlineData("C64", 2, 16)]
    [InlineData("I4", 2, 1)]
    public void Load_of_safetensors_of_a_type_that_is_not_read_names_it_where_the_tensor_is_needed(string type, int count, int bytes)
    {
        string header = "{" + Entry("a", type, count, 0, bytes) + "," + Entry("b", "F32", 1, bytes, bytes + 4) + "}";
        var weights = Load(Safetensors(header, bytes + 4));
        Assert.Equal((false, type, count), (weights["a"].IsRead, weights["a"].TypeName, weights["a"].Count));
        Assert.Contains(type, Assert.Throws<NotSupportedException>(() => weights["a"].Type).Message);
        Assert.Equal((true, "Float32"), (weights["b"].IsRead, weights["b"].TypeName));
        Assert.Equal($"{type} [{count}]", weights["a"].ToString());
        Assert.Equal([0], weights["b"].ToFloats());
        Assert.Contains(type, Assert.Throws<NotSupportedException>(weights["a"].ToFloats).Message);
        Assert.Contains("float32", Assert.Throws<NotSupportedException>(weights["a"].ToDoubles).Message);
        Assert.Equal(Save(weights), Save(Load(Save(weights))));
        Assert.Contains(type, Assert.Throws<InvalidDataException>(() => Load(Safetensors(header.Replace($"[{count}]", $"[{count + 9}]"), bytes + 4))).Message);
    }

    private static string Entry(string name, string type, int count, int from, int to) => $$"""
        "{{name}}":{"dtype":"{{type}}","shape":[{{count}}],"data_offsets":[{{from}},{{to}}]}
        """;

    [Fact]
    public void Load_of_safetensors_of_a_type_that_is_none_names_it()
    {
        string Refusal(string type) => Assert.Throws<InvalidDataException>(() => Load(Safetensors(One.Replace("F32", type), 8))).Message;
        Assert.Contains("'FLOAT'", Refusal("FLOAT"));
        Assert.Contains("F33", Refusal("F33"));
        Assert.True(Refusal(new string('X', 10_000)).Length < 300);
    }

    [Fact]
    public void Load_of_complex_numbers_of_PyTorch_keeps_the_other_tensors()
    {
        var complex = new TestStorage("ComplexFloatStorage", "9", 8, new byte[16]);
        byte[] Pickled(bool isLegacy) => Pickle(isLegacy: isLegacy, more: p => p.Text("frequencies").Tensor(complex, 0, [2], [1], isLegacy).Op('s'));
        foreach (var weights in new[] { Load(Zip(Pickled(false), [.. All, complex])), Load(Legacy(Pickled(true), [.. All, complex])) })
        {
            Assert.Equal("C64 [2]", weights["frequencies"].ToString());
            Assert.Equal(Load(Zip(Pickle())).Keys.Append("frequencies"), weights.Keys);
        }
    }

    [Fact]
    public void Load_refuses_without_an_inner_exception()
    {
        byte[][] damaged =
        [
            Safetensors("""{"\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0), Safetensors("{\"a\":nothing}", 0),
            Zip(new PickleWriter().Op('}').Op('X').Raw(1, 0, 0, 0, 0xFF).ToArray()),
        ];
        foreach (var content in damaged)
        {
            var error = Assert.Throws<InvalidDataException>(() => Load(content));
            Assert.Same(error, error.GetBaseException());
        }
    }

    [Fact]
    public void Load_of_safetensors_headers_that_ask_for_memory_is_refused()
    {
        string zeros = "{" + string.Join(",", Enumerable.Range(0, 40_000).Select(i => $$"""  "{{i}}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}""")) + "}";
        Assert.Null(Mutations.LoadOrRefuse(Safetensors(zeros, 0)));
        Assert.Contains("four times", Assert.Throws<InvalidDataException>(() => Load(Safetensors(zeros, 0))).Message);
        Assert.Null(Mutations.LoadOrRefuse(Safetensors("{\"a\":" + new string('[', 1_000_000), 0)));
        Assert.Null(Mutations.LoadOrRefuse(Safetensors("{\"a\":{\"shape\":[" + string.Join(",", Enumerable.Repeat("0", 500_000)), 0)));
        var claim = Safetensors(One, 8);
        claim[3] = 5; // a header of 80 MB
        Assert.Null(Mutations.LoadOrRefuse(claim));
    }

    [Fact]
    public void Load_of_no_weights_is_refused()
    {
        foreach (var content in new byte[][] { [], [0], Encoding.UTF8.GetBytes("<html>not found</html>"), [.. "PK\u0003\u0004"u8, .. new byte[100]],
            [0x80, 2, (byte)'}', (byte)'.'] })
            Assert.Null(Mutations.LoadOrRefuse(content));
        foreach (string root in new[] { "N", "]", "}U\u0005epochK\u0003s", "K\u0001" })
            Assert.Null(Mutations.LoadOrRefuse(Zip(new PickleWriter().Raw(Encoding.Latin1.GetBytes(root)).ToArray())));
    }
}

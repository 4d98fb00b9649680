using System.Text;
using static GBlend.MLNet.Tests.TestWeightFiles;

namespace GBlend.MLNet.Tests;

public sealed class StateDictTests
{
    [Fact]
    public void Load_reads_both_formats_of_torch_save()
    {
        AssertHasTensors(Load(Zip(Pickle())));
        AssertHasTensors(Load(Legacy(Pickle(isLegacy: true))));
    }

    [Fact]
    public void Load_reads_a_stream_that_does_not_seek()
    {
        AssertHasTensors(StateDict.Load(new ForwardOnly(Zip(Pickle()))));
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model")]
    [InlineData("net")]
    public void Load_finds_the_dict_in_a_checkpoint(string key)
    {
        byte[] Checkpoint(string prefix)
        {
            var dict = Pickle(prefix);
            return Zip(new PickleWriter().Op('}').Op('(')
                .Text("epoch").Number(3)
                .Text("best").Op('G').Raw(new byte[8])
                .Text("optimizer").Op('}').Text("groups").Op(']').Number(-1).Op('a').Op('s')
                .Text(key).Raw(dict[2..^1]).Op('u').ToArray());
        }
        AssertHasTensors(Load(Checkpoint("")));
        AssertHasTensors(Load(Checkpoint("module.")));
    }

    [Fact]
    public void Load_reads_what_modules_and_older_pythons_add()
    {
        // state_dict() hangs versions on its dict; parameters wrap their tensor.
        AssertHasTensors(Load(Zip(Pickle(more: p => p.Op('}').Text("_metadata").OrderedDict().Op('s').Op('b')))));
        var parameter = new PickleWriter().Op('}').Text("w").Class("torch._utils", "_rebuild_parameter").Op('(').Tensor(Floats, 3, [2], [1]).Raw(0x88)
            .OrderedDict().Op('t').Op('R').Op('s');
        Assert.Equal([3, 4], Load(Zip(parameter.ToArray()))["w"].ToFloats());

        // Python 2: byte strings, memo indices from 1, an OrderedDict of pairs.
        var python2 = new PickleWriter().Class("collections", "OrderedDict").Op('q').Raw(1).Op(']').Op('q').Raw(2).Op('(')
            .Op(']').Op('(').Op('U').Raw(1, (byte)'w').Tensor(Floats, 0, [2], [1]).Op('e').Op('e').Raw(0x85).Op('R');
        Assert.Equal([0, 1], Load(Zip(python2.ToArray()))["w"].ToFloats());
    }

    [Theory]
    [InlineData("BoolStorage", ElementType.Bool, 1, new byte[] { 1, 0 }, new[] { 1.0, 0 })]
    [InlineData("ByteStorage", ElementType.UInt8, 1, new byte[] { 200 }, new[] { 200.0 })]
    [InlineData("CharStorage", ElementType.Int8, 1, new byte[] { 200 }, new[] { -56.0 })]
    [InlineData("ShortStorage", ElementType.Int16, 2, new byte[] { 0, 0x80 }, new[] { -32768.0 })]
    [InlineData("IntStorage", ElementType.Int32, 4, new byte[] { 0, 1, 0, 0 }, new[] { 256.0 })]
    [InlineData("BFloat16Storage", ElementType.BFloat16, 2, new byte[] { 0x80, 0x3F, 0x20, 0xC0 }, new[] { 1, -2.5 })]
    [InlineData("DoubleStorage", ElementType.Float64, 8, new byte[] { 0, 0, 0, 0, 0, 0, 0xE0, 0x3F }, new[] { 0.5 })]
    public void Load_reads_every_type(string className, ElementType type, int size, byte[] bytes, double[] expected)
    {
        var storage = new TestStorage(className, "0", size, bytes);
        var given = Load(Zip(new PickleWriter().Op('}').Text("x").Tensor(storage, 0, [expected.Length], [1]).Op('s').ToArray(), [storage]))["x"];
        Assert.Equal(type, given.Type);
        Assert.Equal(expected, given.ToDoubles());
        Assert.Equal(expected.Select(v => (float)v), given.ToFloats());
    }

    [Fact]
    public void Load_keeps_empty_tensors_and_views_with_gaps()
    {
        var given = Load(Zip(new PickleWriter().Op('}').Op('(')
            .Text("empty").Tensor(Floats, 0, [0, 4], [4, 1])
            .Text("every third").Tensor(Floats, 1, [4], [3])
            .Text("repeated").Tensor(Floats, 5, [2, 3], [0, 0])
            .Text("block").Tensor(Floats, 5, [2, 1, 2], [4, 99, 1]).Op('u').ToArray()));
        Assert.Equal([0, 4], given["empty"].Shape);
        Assert.Empty(given["empty"].ToFloats());
        Assert.Equal([1, 4, 7, 10], given["every third"].ToFloats());
        Assert.Equal([5, 5, 5, 5, 5, 5], given["repeated"].ToFloats());
        Assert.Equal([5, 6, 9, 10], given["block"].ToFloats());
    }

    [Fact]
    public void Save_writes_these_bytes()
    {
        var weights = new StateDict([
            new("b", StateTensor.FromFloats([2], [1, -2])),
            new("a.\u00e9", new StateTensor(ElementType.Bool, [], [1]))]);
        const string header = """{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a.\u00E9":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}""";
        var given = Save(weights);
        Assert.Equal(given, Save(weights));
        Assert.Equal(0, (8 + BitConverter.ToInt64(given)) % 8);
        Assert.Equal(header.PadRight((header.Length + 7) / 8 * 8), Encoding.UTF8.GetString(given[8..^9]));
        Assert.Equal([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 1], given[^9..]);
    }

    [Fact]
    public void Save_and_load_give_every_type_back()
    {
        var weights = new StateDict(Enum.GetValues<ElementType>().Select(type =>
            KeyValuePair.Create($"of {type}", new StateTensor(type, [2, 1], [.. Enumerable.Range(1, 2 * type.Size()).Select(i => (byte)i)]))));
        var loaded = Load(Save(weights));
        Assert.Equal(weights.Keys, loaded.Keys);
        foreach (var (name, tensor) in weights)
        {
            Assert.Equal(tensor.ToString(), loaded[name].ToString());
            Assert.Equal(tensor.Bytes.ToArray(), loaded[name].Bytes.ToArray());
            Assert.Equal(tensor.ToDoubles(), loaded[name].ToDoubles());
        }
        Assert.Equal(Save(weights), Save(loaded));
        Assert.Empty(Load(Save(new StateDict([]))));
    }

    [Fact]
    public void Save_to_a_file_leaves_the_old_one_when_it_fails()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(folder, "weights.safetensors");
        try
        {
            var good = new StateDict([new("a", StateTensor.FromFloats([1], [1]))]);
            good.Save(path);
            good.Save(path);
            Assert.Throws<InvalidOperationException>(() => new StateDict([new("__metadata__", good["a"])]).Save(path));
            Assert.Equal(Save(good), File.ReadAllBytes(path));
            Assert.Equal([path], Directory.GetFiles(folder));
            Assert.Equal([1], StateDict.Load(path)["a"].ToFloats());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(0x00, 0.0)]
    [InlineData(0x01, 0.001953125)]
    [InlineData(0x38, 1.0)]
    [InlineData(0xB9, -1.125)]
    [InlineData(0x7E, 448.0)]
    [InlineData(0x7F, double.NaN)]
    public void ToDoubles_of_float8(byte bits, double expected) =>
        Assert.Equal(expected, new StateTensor(ElementType.Float8E4M3, [1], [bits]).ToDoubles()[0]);

    [Fact]
    public void Tensors_are_checked_when_made()
    {
        Assert.Throws<ArgumentException>(() => StateTensor.FromFloats([3], [1, 2]));
        Assert.Throws<ArgumentException>(() => StateTensor.FromFloats([-1, -2], [1, 2]));
        Assert.Throws<ArgumentException>(() => StateTensor.FromFloats([1L << 62, 8], []));
        Assert.Throws<ArgumentException>(() => new StateDict([new("a", StateTensor.FromFloats([], [1])), new("a", StateTensor.FromFloats([], [2]))]));
    }

    [Fact]
    public void Under_takes_one_part()
    {
        var given = Load(Zip(Pickle())).Under("layer.");
        Assert.Equal(["weight", "turned", "row", "count"], given.Keys);
    }

    private sealed class ForwardOnly(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 100));
    }
}

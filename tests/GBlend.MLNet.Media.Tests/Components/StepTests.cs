using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>What every step must do, whatever it makes.</summary>
public sealed class StepTests : IDisposable
{
    private const int Files = 9;

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    public static TheoryData<string> Kinds() => Steps.Names;

    private MediaEstimator Step(string kind, MediaCache? cache = null) => Steps.Make(_ml, kind, cache);

    private IDataView Data(string kind) => Steps.Data(_ml, kind, Steps.Files(_media, kind, Files));

    private static List<(long Batch, Array Values)> Read(DataViewRowCursor cursor) => ((VectorDataViewType)cursor.Schema["Out"].Type).ItemType.RawType switch
    {
        var t when t == typeof(byte) => Read<byte>(cursor),
        var t when t == typeof(float) => Read<float>(cursor),
        _ => Read<int>(cursor),
    };

    private static List<(long Batch, Array Values)> Read<T>(DataViewRowCursor cursor)
    {
        var rows = new List<(long, Array)>();
        var getter = cursor.GetGetter<VBuffer<T>>(cursor.Schema["Out"]);
        VBuffer<T> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            rows.Add((cursor.Batch, value.DenseValues().ToArray()));
        }
        cursor.Dispose();
        return rows;
    }

    private static List<Array> All(IDataView rows) => [.. Read(rows.GetRowCursor([rows.Schema["Out"]])).Select(r => r.Values)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_have_the_size_of_the_type_and_differ_from_file_to_file(string kind)
    {
        var view = Data(kind);
        var rows = Step(kind).Fit(view).Transform(view);
        var type = Assert.IsType<VectorDataViewType>(rows.Schema["Out"].Type);
        var values = All(rows);
        Assert.Equal(Files, values.Count);
        Assert.All(values, v => Assert.Equal(type.Size, v.Length));
        // Flow may be the same where the same bars change.
        Assert.InRange(values.Select(v => string.Join(',', v.Cast<object>())).Distinct().Count(), kind == "OpticalFlow" ? 2 : Files, Files);
        Assert.Equal(Files, rows.GetRowCount());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Saved_and_loaded_in_a_chain_gives_the_same_rows(string kind)
    {
        var view = Data(kind);
        var model = Step(kind).Append(_ml.Transforms.CopyColumns("Copy", "Out")).Fit(view);
        var loaded = _ml.Reloaded(model, view.Schema);
        Assert.Equal(
            model.Transform(view).Schema.Select(c => (c.Name, c.Type.ToString())), loaded.Transform(view).Schema.Select(c => (c.Name, c.Type.ToString())));
        Assert.Equal(All(model.Transform(view)), All(loaded.Transform(view)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Side_by_side_cursors_share_the_rows_out(string kind)
    {
        var view = Data(kind);
        var rows = Step(kind).Fit(view).Transform(view);
        var cursors = rows.GetRowCursorSet([rows.Schema["Out"]], 3);
        Assert.Equal(3, cursors.Length);
        var merged = cursors.AsParallel().WithDegreeOfParallelism(3).SelectMany(Read).ToArray();
        Assert.Equal(All(rows), merged.OrderBy(r => r.Batch).Select(r => r.Values));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Shuffled_rows_are_the_same_rows(string kind)
    {
        var view = Data(kind);
        var step = Step(kind).Fit(view);
        var rows = step.Transform(view);
        var shuffled = step.Transform(_ml.Data.ShuffleRows(view, seed: 3));
        int[] ids = [.. shuffled.GetColumn<int>("Id")];
        Assert.NotEqual(Enumerable.Range(0, Files), ids);
        var (plain, mixed) = (All(rows), All(shuffled));
        Assert.Equal(ids.Select(id => plain[id]), mixed);
        var merged = shuffled.GetRowCursorSet([shuffled.Schema["Out"]], 2, new Random(5)).SelectMany(Read).OrderBy(r => r.Batch).Select(r => r.Values);
        Assert.Equal(Files, merged.Count());
    }

    [Fact]
    public void Every_kind_of_column_is_that_of_a_step() =>
        Assert.Equal(((IEnumerable<object[]>)Kinds()).Select(kind => (string)kind[0]), Steps.Columns.Select(NameOf).Order(StringComparer.Ordinal));

    private static string NameOf(Type column) =>
        (string)column.GetField("Name", System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.GetRawConstantValue()!;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_is_known_before_a_row_is_read_and_keeps_the_other_columns(string kind)
    {
        var view = Steps.Data(_ml, kind, "no such file");
        var model = Step(kind).Fit(view);
        var schema = model.GetOutputSchema(view.Schema);
        Assert.Equal([.. view.Schema.Select(c => c.Name), "Out"], schema.Select(c => c.Name));
        Assert.Equal(schema.Select(c => (c.Name, c.Type)), model.Transform(view).Schema.Select(c => (c.Name, c.Type)));
        Assert.True(Assert.IsType<VectorDataViewType>(schema["Out"].Type).IsKnownSize);
        Assert.Equal(("Out", Steps.InputOf(kind)), (model.OutputColumnName, model.InputColumnName));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Column_that_is_missing_or_of_another_type_is_named(string kind)
    {
        var view = _ml.Data.LoadFromEnumerable([new { Other = "a" }]);
        var missing = Assert.Throws<ArgumentOutOfRangeException>(() => Step(kind).Fit(view));
        Assert.Contains($"{kind} needs the column '{Steps.InputOf(kind)}'", missing.Message);
        Assert.Contains("It has: Other.", missing.Message);
        var numbers = _ml.Transforms.CopyColumns(Steps.InputOf(kind), "Id").Fit(_ml.Paths("a")).Transform(_ml.Paths("a"));
        var wrong = Assert.Throws<ArgumentOutOfRangeException>(() => Step(kind).Fit(numbers));
        Assert.Contains($"{kind} can't read the column '{Steps.InputOf(kind)}'", wrong.Message);
        Assert.Contains("must be", wrong.Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void File_that_is_not_there_fails_is_left_out_or_missing_as_asked(string kind)
    {
        string[] paths = [Steps.Files(_media, kind, 1)[0], _media.PathTo("missing.mkv")];
        var view = Steps.Data(_ml, kind, paths);
        if (kind == "TokenIds")
        {
            // A text is no file.
            Assert.Equal(2, All(Step(kind).Fit(view).Transform(view)).Count);
            return;
        }
        var error = Assert.ThrowsAny<Exception>(() => All(Step(kind).Fit(view).Transform(view)));
        Assert.IsType<InvalidDataException>(error);
        Assert.Contains($"{kind}: row 1 (counted from 0)", error.Message);
        var skipped = Steps.Make(_ml, kind, onBad: OnBadMedia.Skip).Fit(view);
        Assert.Single(All(skipped.Transform(view)));
        Assert.Equal(1, Assert.Single(skipped.BadFiles).Row);
        var kept = Steps.Make(_ml, kind, onBad: OnBadMedia.Missing).Fit(view);
        var rows = All(kept.Transform(view));
        Assert.Equal(2, rows.Count);
        Assert.True(rows[1].Length == 0 || rows[1].Cast<float>().All(float.IsNaN));
        Assert.Equal(1, Assert.Single(kept.BadFiles).Row);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reading_stops_at_a_row_when_execution_is_cancelled(string kind)
    {
        var view = Steps.Data(_ml, kind, Steps.Files(_media, kind, 2));
        var rows = Step(kind).Fit(view).Transform(view);
        Assert.Equal(2, All(rows).Count);
        typeof(MLContext).GetMethod("CancelExecution", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(_ml, null);
        Assert.Throws<OperationCanceledException>(() => All(rows));
    }

    [Theory]
    [InlineData("LoadVideoClip")]
    [InlineData("LoadImage")]
    public void Prediction_engine_gives_the_bits_of_the_view(string kind)
    {
        var view = Data(kind);
        var model = Step(kind).Fit(view);
        var expected = All(model.Transform(view));
        using var engine = _ml.Model.CreatePredictionEngine<PathRow, OutRow>(model);
        string[] paths = [.. view.GetColumn<string>("Path")];
        Assert.Equal(expected, paths.Select(path => engine.Predict(new PathRow { Path = path }).Out));
    }

    [Theory]
    [InlineData("LoadVideoClip", false)]
    [InlineData("LoadVideoClip", true)]
    [InlineData("LoadAudioLogMel", false)]
    [InlineData("LoadAudioLogMel", true)]
    [InlineData("OpticalFlow", true)]
    public void Cache_gives_the_same_rows_without_decoding_again(string kind, bool inFolder)
    {
        string folder = _media.PathTo("cache");
        var view = Data(kind);
        var expected = All(Step(kind).Fit(view).Transform(view));
        var cache = inFolder ? MediaCache.InFolder(folder) : MediaCache.InMemory();
        var rows = Step(kind, cache).Fit(view).Transform(view);
        Assert.Equal(expected, All(rows));
        if (kind != "OpticalFlow")
            Spoil(view);
        Assert.Equal(expected, All(rows));
        if (!inFolder)
            return;
        // Another process would find them as well; files that were cut off or altered would be decoded anew.
        Assert.Equal(expected, All(Step(kind, MediaCache.InFolder(folder)).Fit(view).Transform(view)));
        string[] files = Directory.GetFiles(folder, "*.row", SearchOption.AllDirectories);
        // Flows are found by the clips' content, which may be the same for two files.
        Assert.InRange(files.Length, kind == "OpticalFlow" ? 2 : Files, Files);
        Assert.Empty(Directory.GetFiles(folder, "*.tmp", SearchOption.AllDirectories));
        File.WriteAllBytes(files[0], File.ReadAllBytes(files[0])[..^1]);
        if (kind == "LoadVideoClip")
            Assert.Throws<InvalidDataException>(() => All(rows));
        else
            Assert.Equal(expected, All(rows));
    }

    /// <summary>Puts other bytes into the files, which keep their size and time: only a cache can still give their rows.</summary>
    private static void Spoil(IDataView view)
    {
        foreach (string path in view.GetColumn<string>("Path"))
        {
            var time = File.GetLastWriteTimeUtc(path);
            File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
            File.SetLastWriteTimeUtc(path, time);
        }
    }

    [Fact]
    public void Changed_file_is_decoded_anew()
    {
        string path = _media.Wav("a.wav", TestMedia.Tone(500, 1));
        var view = _ml.Paths(path);
        var rows = _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { Cache = MediaCache.InMemory() }).Fit(view).Transform(view);
        var before = All(rows);
        _media.Wav("a.wav", TestMedia.Tone(2000, 1.1));
        Assert.NotEqual(before, All(rows));
    }

    [Fact]
    public void Memory_cache_keeps_to_its_budget()
    {
        var cache = MediaCache.InMemory(1);
        byte[] big = new byte[700_000];
        cache.Keep<byte>([1], big);
        cache.Keep<byte>([2], big);
        cache.Keep<byte>([3], big.AsSpan(0, 300_000));
        Assert.NotNull(cache.Find<byte>([1], big.Length));
        Assert.Null(cache.Find<byte>([2], big.Length));
        Assert.NotNull(cache.Find<byte>([3], 300_000));
    }

    [Fact]
    public void Sound_is_decoded_once_for_two_columns()
    {
        string path = _media.Convert(_media.Wav("a.wav", TestMedia.Tone(500, 1)), "a.flac");
        var view = _ml.Paths(path);
        var rows = _ml.Transforms.LoadAudioLogMel("Out", "Path").Append(
            _ml.Transforms.LoadAudioLogMel("Other", "Path", new() { Spectrum = LogMelSpectrum.Htk })).Fit(view).Transform(view);
        using var cursor = rows.GetRowCursor(rows.Schema);
        Assert.True(cursor.MoveNext());
        VBuffer<float> value = default;
        cursor.GetGetter<VBuffer<float>>(rows.Schema["Out"])(ref value);
        Spoil(view);
        cursor.GetGetter<VBuffer<float>>(rows.Schema["Other"])(ref value);
        Assert.InRange(value.DenseValues().Max(), 3, 10);
    }

    [Fact]
    public void Video_is_decoded_once_for_two_columns()
    {
        var view = _ml.Paths(_media.Video("a.mkv", 40), _media.Video("b.mkv", 60));
        var whole = new VideoClipOptions { FrameCount = 8, FrameStride = 2, Height = 48, Width = 64 };
        var small = new VideoClipOptions { FrameCount = 8, FrameStride = 2, Height = 24, Width = 32, Grayscale = true };
        byte[][] expected = _ml.Transforms.LoadVideoClip("Out", "Path", small).Read<byte>(view);
        var rows = _ml.Transforms.LoadVideoClip("Out", "Path", whole).Append(_ml.Transforms.CopyColumns("Copy", "Path")).Append(
            _ml.Transforms.LoadVideoClip("Other", "Path", small)).Fit(view).Transform(view);
        using var cursor = rows.GetRowCursor(rows.Schema);
        VBuffer<byte> first = default, second = default;
        var (getOut, getOther) = (cursor.GetGetter<VBuffer<byte>>(rows.Schema["Out"]), cursor.GetGetter<VBuffer<byte>>(rows.Schema["Other"]));
        var others = new List<byte[]>();
        foreach (string path in new[] { "a.mkv", "b.mkv" })
        {
            Assert.True(cursor.MoveNext());
            getOut(ref first);
            byte[] content = File.ReadAllBytes(_media.PathTo(path));
            var time = File.GetLastWriteTimeUtc(_media.PathTo(path));
            File.WriteAllBytes(_media.PathTo(path), new byte[content.Length]);
            File.SetLastWriteTimeUtc(_media.PathTo(path), time);
            getOther(ref second);
            others.Add(second.DenseValues().ToArray());
        }
        Assert.Equal(expected, others);
    }

    [Fact]
    public void Options_are_taken_as_they_are_when_the_step_is_made()
    {
        var options = new LogMelOptions { FrameCount = 10, AlignWith = new() { ClipsPerVideo = 2, Position = ClipPosition.Even } };
        var step = _ml.Transforms.LoadAudioLogMel("Out", "Path", options);
        (options.FrameCount, options.AlignWith.ClipsPerVideo) = (20, 3);
        var view = _ml.Paths("a.wav");
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 2, 10, 40), step.Fit(view).GetOutputSchema(view.Schema)["Out"].Type);
    }

    private sealed class OutRow
    {
        public byte[] Out { get; set; } = [];
    }
}

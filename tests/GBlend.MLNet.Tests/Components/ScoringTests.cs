using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

public sealed class ScoringTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly List<Sample> _rows = Samples.Rows(150);
    private readonly IDataView _view;
    private readonly GradientBlendingTransformer _model;
    private readonly IDataView _output;

    public ScoringTests()
    {
        _view = _ml.KeyedView(_rows);
        _model = _ml.Trainer(o => o.OutputBranchScores = true).Fit(_view);
        _output = _model.Transform(_view);
    }

    public void Dispose() => _model.Dispose();

    public sealed class Prediction
    {
        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }

        [ColumnName("Score.A")]
        public float[] ScoreOfA { get; set; } = [];
    }

    private static string Bits(IEnumerable<float[]> scores) => string.Join(" ", scores.Select(s => string.Join(",", s.Select(BitConverter.SingleToInt32Bits))));

    private string Expected => Bits(_output.GetColumn<float[]>("Score"));

    [Fact]
    public void Cursor_passes_other_columns_through_unharmed()
    {
        Assert.Equal(_rows.Select(r => r.Speaker), _output.GetColumn<string>("Speaker"));
        Assert.Equal(_rows.Select(r => r.Amount), _output.GetColumn<float>("Amount"));
        var both = _ml.Data.CreateEnumerable<SampleAndScore>(_output, reuseRowObject: false).ToList();
        Assert.Equal(_rows.Select(r => r.Speaker), both.Select(r => r.Speaker));
        Assert.Equal(_rows.Select(r => string.Join(",", r.A)), both.Select(r => string.Join(",", r.A)));
        Assert.Equal(_rows.Select(r => r.IsHeldOut), both.Select(r => r.IsHeldOut));
        Assert.Equal(Expected, Bits(both.Select(r => r.Score)));
    }

    [Fact]
    public void Cursor_has_the_columns_asked_for_and_no_others()
    {
        var schema = _output.Schema;
        using var cursor = _output.GetRowCursor([schema["Score"], schema["Speaker"]]);
        Assert.True(cursor.IsColumnActive(schema["Score"]));
        Assert.True(cursor.IsColumnActive(schema["Speaker"]));
        Assert.False(cursor.IsColumnActive(schema["PredictedLabel"]));
        Assert.False(cursor.IsColumnActive(schema["A"]));
        Assert.ThrowsAny<ArgumentException>(() => cursor.GetGetter<uint>(schema["PredictedLabel"]));
        Assert.ThrowsAny<ArgumentException>(() => cursor.GetGetter<VBuffer<float>>(schema["A"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(schema["Score"]));
    }

    [Fact]
    public void Cursor_at_no_row_has_no_values()
    {
        var column = _output.Schema["Score"];
        using var cursor = _output.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        Assert.Equal(-1, cursor.Position);
        Assert.Throws<InvalidOperationException>(() => getter(ref value));
        while (cursor.MoveNext())
            getter(ref value);
        Assert.Equal(-1, cursor.Position);
        Assert.False(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => getter(ref value));
    }

    [Fact]
    public void Cursor_without_scores_reads_nothing_but_what_was_asked_for()
    {
        var rows = Samples.Rows(10);
        rows[3].A[0] = float.NaN;
        var view = _model.Transform(_ml.KeyedView(rows));
        Assert.Equal(rows.Select(r => r.Speaker), view.GetColumn<string>("Speaker"));
        Assert.Throws<InvalidOperationException>(() => view.GetColumn<float[]>("Score").ToList());
    }

    [Fact]
    public void Cursor_values_survive_the_next_rows()
    {
        var kept = _output.Values<VBuffer<float>>("A");
        Assert.Equal(_rows.Select(r => string.Join(",", r.A)), kept.Select(v => string.Join(",", v.DenseValues())));
    }

    [Fact]
    public void Cursor_keeps_positions_ids_and_batches_of_its_source()
    {
        static List<(long, DataViewRowId, long)> Trace(IDataView view, string column)
        {
            using var cursor = view.GetRowCursor([view.Schema[column]]);
            var ids = cursor.GetIdGetter();
            var trace = new List<(long, DataViewRowId, long)>();
            while (cursor.MoveNext())
            {
                DataViewRowId id = default;
                ids(ref id);
                trace.Add((cursor.Position, id, cursor.Batch));
            }
            return trace;
        }
        Assert.Equal(Trace(_view, "A"), Trace(_output, "Score"));
        Assert.Equal(Trace(_view, "A"), Trace(_output, "Speaker"));
    }

    [Fact]
    public void Cursor_shuffles_as_its_source_does()
    {
        var cached = _model.Transform(_ml.Data.Cache(_view));
        Assert.True(cached.CanShuffle);
        Assert.Equal(_view.CanShuffle, _output.CanShuffle);
        Assert.Equal(_view.GetRowCount(), _output.GetRowCount());
        var byRow = _rows.Zip(_output.GetColumn<float[]>("Score")).ToDictionary(x => x.First.Amount, x => Bits([x.Second]));
        using var cursor = cached.GetRowCursor([cached.Schema["Amount"], cached.Schema["Score"]], new Random(3));
        var amount = cursor.GetGetter<float>(cached.Schema["Amount"]);
        var score = cursor.GetGetter<VBuffer<float>>(cached.Schema["Score"]);
        var seen = new List<float>();
        while (cursor.MoveNext())
        {
            float key = 0;
            VBuffer<float> value = default;
            amount(ref key);
            score(ref value);
            Assert.Equal(byRow[key], Bits([[.. value.DenseValues()]]));
            seen.Add(key);
        }
        Assert.NotEqual(_rows.Select(r => r.Amount), seen);
        Assert.Equal(_rows.Select(r => r.Amount).Order(), seen.Order());
    }

    [Fact]
    public void Cursor_set_gives_every_row_once_with_its_score()
    {
        var cached = _model.Transform(_ml.Data.Cache(_view));
        var columns = new[] { cached.Schema["Amount"], cached.Schema["Score"] };
        var cursors = cached.GetRowCursorSet(columns, 3);
        var found = cursors.AsParallel().SelectMany(cursor =>
        {
            using (cursor)
            {
                var amount = cursor.GetGetter<float>(cached.Schema["Amount"]);
                var score = cursor.GetGetter<VBuffer<float>>(cached.Schema["Score"]);
                var list = new List<(float, string)>();
                while (cursor.MoveNext())
                {
                    float key = 0;
                    VBuffer<float> value = default;
                    amount(ref key);
                    score(ref value);
                    list.Add((key, Bits([[.. value.DenseValues()]])));
                }
                return list;
            }
        }).Order();
        Assert.Equal(_rows.Select(r => r.Amount).Zip(_output.GetColumn<float[]>("Score").Select(s => Bits([s]))).Order(), found);
    }

    [Fact]
    public void Cursor_below_row_to_row_transforms_is_consolidated_in_order()
    {
        var chained = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Append(_ml.Transforms.CopyColumns("Again", "Score")).Fit(_output).Transform(
            _output);
        Assert.Equal(Expected, Bits(chained.GetColumn<float[]>("Again")));
    }

    [Fact]
    public void Cursor_with_columns_that_cannot_be_kept_scores_row_by_row()
    {
        var images = _ml.Transforms.CustomMapping<WithSpeaker, WithPicture>((s, p) => p.Picture = new Picture(s.Speaker), null).Fit(_view).Transform(_view);
        var view = _model.Transform(images);
        var schema = view.Schema;
        using var cursor = view.GetRowCursor([schema["Score"], schema["Picture"]]);
        var picture = cursor.GetGetter<Picture>(schema["Picture"]);
        var score = cursor.GetGetter<VBuffer<float>>(schema["Score"]);
        var (pictures, scores) = (new List<string>(), new List<float[]>());
        while (cursor.MoveNext())
        {
            Picture? p = null;
            VBuffer<float> s = default;
            picture(ref p!);
            score(ref s);
            pictures.Add(p.Name);
            scores.Add([.. s.DenseValues()]);
        }
        Assert.Equal(_rows.Select(r => r.Speaker), pictures);
        Assert.Equal(Expected, Bits(scores));
    }

    [Fact]
    public void PredictionEngine_gives_the_bits_of_the_data_view()
    {
        var engine = _ml.Model.CreatePredictionEngine<Sample, Prediction>(_model);
        var single = _rows.Select(r => engine.Predict(r)).ToList();
        Assert.Equal(Expected, Bits(single.Select(p => p.Score)));
        Assert.Equal(Bits(_output.GetColumn<float[]>("Score.A")), Bits(single.Select(p => p.ScoreOfA)));
        Assert.Equal(_output.GetColumn<uint>("PredictedLabel"), single.Select(p => p.PredictedLabel));
    }

    [Fact]
    public void Transform_from_many_threads_gives_the_same_bits()
    {
        var bits = new string[8];
        Parallel.For(0, bits.Length, i => bits[i] = Bits(_model.Transform(_view).GetColumn<float[]>("Score")));
        Assert.All(bits, b => Assert.Equal(Expected, b));
    }

    [Fact]
    public void Transform_of_a_part_gives_the_bits_of_the_whole()
    {
        var part = _model.Transform(_ml.Data.SkipRows(_view, 37)).GetColumn<float[]>("Score");
        Assert.Equal(Bits(_output.GetColumn<float[]>("Score").Skip(37)), Bits(part));
    }

    [Fact]
    public void Transform_result_can_be_saved_as_binary_and_cached()
    {
        using var stream = new MemoryStream();
        _ml.Data.SaveAsBinary(_output, stream);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, stream.ToArray());
            Assert.Equal(Expected, Bits(_ml.Data.LoadFromBinary(path).GetColumn<float[]>("Score")));
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Equal(Expected, Bits(_ml.Data.Cache(_output).GetColumn<float[]>("Score")));
    }

    [Theory]
    [InlineData(float.NaN, "missing value")]
    [InlineData(float.PositiveInfinity, "infinite value")]
    [InlineData(-1e38f, "the value -1E+38")]
    public void Scoring_value_that_can_not_be_read_is_refused_with_column_and_row(float value, string part)
    {
        _rows[70].B[1] = value;
        var e = Assert.Throws<InvalidOperationException>(() => _output.GetColumn<float[]>("Score").ToList());
        Assert.Contains(part, e.Message);
        Assert.Contains("column 'B'", e.Message);
        Assert.Contains("row 70, slot 1", e.Message);
        Assert.StartsWith("This row can't be scored", e.Message);
        // Who scores need not be who trained.
        Assert.DoesNotContain("options", e.Message);
        Assert.DoesNotContain("MissingValues.", e.Message);
    }

    [Fact]
    public void Cursor_after_a_row_that_cannot_be_used_is_at_its_end()
    {
        var rows = Samples.Rows(200);
        rows[70].A[1] = float.NaN;
        var view = _model.Transform(_ml.KeyedView(rows));
        using var cursor = view.GetRowCursor(view.Schema);
        int served = 0;
        Assert.Throws<InvalidOperationException>(() =>
        {
            while (cursor.MoveNext())
                served++;
        });
        Assert.Equal(64, served);
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void Scoring_missing_value_is_imputed_when_training_was_told_to()
    {
        using var model = _ml.Trainer(o => o.MissingValues = MissingValues.ImputeMean).Fit(_view);
        var fill = model.Model.Modalities[1].Fill!;
        var full = model.Transform(_view).GetColumn<float[]>("Score").ToList();
        _rows[5].B[2] = fill[2];
        var filled = model.Transform(_view).GetColumn<float[]>("Score").ElementAt(5);
        _rows[5].B[2] = float.NaN;
        Assert.Equal(filled, model.Transform(_view).GetColumn<float[]>("Score").ElementAt(5));
        Assert.NotEqual(full[5], filled);
    }

    [Fact]
    public void Scoring_with_a_disposed_model_is_refused()
    {
        _model.Dispose();
        _model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _model.Transform(_view));
        Assert.Throws<ObjectDisposedException>(() => _model.GetOutputSchema(_view.Schema));
        Assert.Throws<ObjectDisposedException>(() => _model.History);
        Assert.Throws<ObjectDisposedException>(() => _ml.Model.Save(_model, _view.Schema, new MemoryStream()));
        Assert.Throws<ObjectDisposedException>(() => _output.GetColumn<float[]>("Score").ToList());
        Assert.Equal(150, _output.GetColumn<string>("Speaker").Count());
    }

    [Fact]
    public async Task Dispose_while_others_score_ends_in_scores_or_refusals()
    {
        var scoring = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            try
            {
                for (int i = 0; i < 50; i++)
                    _model.Transform(_view).GetColumn<float[]>("Score").ToList();
            }
            catch (ObjectDisposedException)
            {
            }
        })).ToArray();
        await Task.Delay(20);
        _model.Dispose();
        await Task.WhenAll(scoring);
    }

    public sealed class SampleAndScore
    {
        public string Speaker { get; set; } = "";

        public bool IsHeldOut { get; set; }

        public float[] A { get; set; } = [];

        public float[] Score { get; set; } = [];
    }

    public sealed class Picture(string name)
    {
        public string Name { get; } = name;
    }

    private sealed class PictureAttribute : DataViewTypeAttribute
    {
        public override bool Equals(DataViewTypeAttribute? other) => other is PictureAttribute;

        public override bool Equals(object? obj) => obj is PictureAttribute;

        public override int GetHashCode() => 1;

        public override void Register() => DataViewTypeManager.Register(new PictureType(), typeof(Picture), this);
    }

    private sealed class PictureType() : StructuredDataViewType(typeof(Picture))
    {
        public override bool Equals(DataViewType? other) => other is PictureType;
    }

    private sealed class WithSpeaker
    {
        public string Speaker { get; set; } = "";
    }

    private sealed class WithPicture
    {
        [Picture]
        public Picture Picture { get; set; } = new("");
    }
}

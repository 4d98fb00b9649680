using Microsoft.ML;
using Microsoft.ML.Data;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

public class OutputSchemaTests
{
    private readonly MLContext _ml = new(1);

    public static TheoryData<string, string> Labels => new()
    {
        { "Label", "Multiclass" }, { "IsRed", "Multiclass" }, { "Number", "Multiclass" }, { "Tags", "Multiclass" },
        { "Amount", "Regression" }, { "IsRed", "Binary" },
    };

    private GradientBlendingTrainer Trainer(string kind, Options options) => kind switch
    {
        "Binary" => _ml.BinaryClassification.Trainers.GradientBlending(options),
        "Regression" => _ml.Regression.Trainers.GradientBlending(options),
        _ => _ml.MulticlassClassification.Trainers.GradientBlending(options),
    };

    [Theory]
    [MemberData(nameof(Labels))]
    public void GetOutputSchema_promises_what_the_model_delivers(string label, string kind)
    {
        foreach (var blending in new[] { Blending.Equal(), Blending.None(), Blending.Separate() })
        {
            var view = _ml.KeyedView(Samples.Rows());
            var trainer = Trainer(
                kind, Samples.Tiny(o => (o.LabelColumnName, o.OutputBranchScores, o.Blending, o.NumberOfEpochs) = (label, true, blending, 1)));
            using var model = trainer.Fit(view);
            var promised = Describe(trainer.GetOutputSchema(Shape(view.Schema)));
            var delivered = Describe(Shape(model.GetOutputSchema(view.Schema)));
            Assert.Equal(delivered, promised);
            Assert.Equal(delivered, Describe(Shape(model.Transform(view).Schema)));
        }
    }

    [Theory]
    [MemberData(nameof(Labels))]
    public void Transform_getters_fit_the_schema(string label, string kind)
    {
        var view = _ml.KeyedView(Samples.Rows(20));
        using var model = Trainer(kind, Samples.Tiny(o => (o.LabelColumnName, o.OutputBranchScores, o.NumberOfEpochs) = (label, true, 1))).Fit(view);
        var preview = model.Transform(view).Preview();
        Assert.Equal(20, preview.RowView.Length);
        Assert.Contains(preview.Schema, c => c.Name == "Score.A");
        Assert.Contains(preview.Schema, c => c.Name == "Score.Joint");
        Assert.All(preview.RowView, row => Assert.Equal(preview.Schema.Count, row.Values.Length));
    }

    [Fact]
    public void Transform_of_classes_has_probabilities_named_by_class()
    {
        var view = _ml.KeyedView(Samples.Rows());
        using var model = _ml.Trainer().Fit(view);
        var output = model.Transform(view);
        VBuffer<ReadOnlyMemory<char>> names = default;
        output.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(Samples.Colours, names.DenseValues().Select(n => n.ToString()));
        Assert.All(output.Values<VBuffer<float>>("Score"), s => Assert.Equal(1, s.DenseValues().Sum(), 1e-5f));
        var key = Assert.IsType<KeyDataViewType>(output.Schema["PredictedLabel"].Type);
        Assert.Equal(3ul, key.Count);
        var words = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(output).Transform(output).GetColumn<string>("PredictedLabel");
        var best = output.Values<VBuffer<float>>("Score").Select(s => Samples.Colours[s.DenseValues().Index().MaxBy(x => x.Item).Index]);
        Assert.Equal(best, words);
    }

    [Fact]
    public void Transform_of_numbers_predicts_them_by_their_value()
    {
        var view = _ml.View(Samples.Rows());
        using var model = _ml.Trainer(o => o.LabelColumnName = "Number").Fit(view);
        var output = model.Transform(view);
        var numbers = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(output).Transform(output).GetColumn<int>("PredictedLabel");
        Assert.Subset(new HashSet<int> { 10, 20, 30 }, numbers.ToHashSet());
    }

    [Fact]
    public void Transform_of_a_byte_key_predicts_a_byte_key()
    {
        var rows = Samples.Rows().Select(r => new ByteKeyed { Label = (byte)(r.Number / 10 - 1), A = r.A });
        var view = _ml.Data.LoadFromEnumerable(rows);
        using var model = _ml.Trainer(o => o.Modalities.RemoveAt(1)).Fit(view);
        var output = model.Transform(view);
        Assert.Equal(view.Schema["Label"].Type, output.Schema["PredictedLabel"].Type);
        Assert.Equal(60, output.Values<byte>("PredictedLabel").Length);
    }

    [Fact]
    public void Transform_modality_of_another_size_is_refused()
    {
        using var model = _ml.Trainer().Fit(_ml.KeyedView(Samples.Rows()));
        var other = _ml.Transforms.Concatenate("A", "A", "B").Fit(_ml.View(Samples.Rows())).Transform(_ml.View(Samples.Rows()));
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(other));
        Assert.Contains("modality column 'A': expected Vector<Single, 4>", e.Message);
    }

    [Fact]
    public void Transform_without_the_label_column_works()
    {
        using var model = _ml.Trainer().Fit(_ml.KeyedView(Samples.Rows()));
        var bare = _ml.Transforms.SelectColumns("A", "B").Fit(_ml.View(Samples.Rows())).Transform(_ml.View(Samples.Rows()));
        Assert.Equal(60, model.Transform(bare).Values<VBuffer<float>>("Score").Length);
    }

    public sealed class ByteKeyed
    {
        [KeyType(3)]
        public byte Label { get; set; }

        [VectorType(4)]
        public float[] A { get; set; } = [];
    }

    private static SchemaShape Shape(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.Invoke(
            null, [schema])!;

    private static IEnumerable<string> Describe(SchemaShape shape) => shape
        .Select(c => $"{c.Name} {c.Kind} {c.ItemType} {c.IsKey} [{string.Join(", "
            + $"", c.Annotations.Select(a => $"{a.Name} {a.Kind} {a.ItemType} {a.IsKey}").Order())}]").Order();
}

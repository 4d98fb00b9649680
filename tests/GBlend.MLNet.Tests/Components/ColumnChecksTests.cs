using Microsoft.ML;
using Microsoft.ML.Data;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

public class ColumnChecksTests
{
    public sealed class Odd
    {
        public string Label { get; set; } = "";

        public string Text { get; set; } = "";

        public float Amount { get; set; }

        public float[] Unknown { get; set; } = [];

        [VectorType(2)]
        public string[] Words { get; set; } = [];

        [VectorType(2)]
        public float[] A { get; set; } = [];
    }

    public static TheoryData<string, string[], Action<Options>> WrongColumns => new()
    {
        { "modality column 'Nowhere'", ["Could not find"], o => o.Modalities.Add(Modality.Vector("Nowhere")) },
        { "modality column 'Unknown'", ["known size", "VectorType(n)", "VarVector<Single>"], o => o.Modalities.Add(Modality.Vector("Unknown")) },
        { "modality column 'Text'", ["numbers", "String"], o => o.Modalities.Add(Modality.Vector("Text")) },
        { "modality column 'Words'", ["numbers", "Vector<String>"], o => o.Modalities.Add(Modality.Vector("Words")) },
        { "label column 'Nowhere'", ["Could not find"], o => o.LabelColumnName = "Nowhere" },
        { "label column 'Text'", ["MapValueToKey", "String"], o => o.LabelColumnName = "Text" },
        { "label column 'Words'", ["0 and 1"], o => o.LabelColumnName = "Words" },
        { "label column 'Unknown'", ["VarVector"], o => o.LabelColumnName = "Unknown" },
        { "sampling key column 'Nowhere'", ["Could not find"], o => o.SamplingKeyColumnName = "Nowhere" },
        { "sampling key column 'Words'", ["SamplingKeyColumnName"], o => o.SamplingKeyColumnName = "Words" },
        { "example weight column 'Nowhere'", ["Could not find"], o => o.ExampleWeightColumnName = "Nowhere" },
        { "example weight column 'Text'", ["a number", "String"], o => o.ExampleWeightColumnName = "Text" },
        { "example weight column 'A'", ["ExampleWeightColumnName", "Vector<Single"], o => o.ExampleWeightColumnName = "A" },
        { "hold-out column 'Nowhere'", ["Could not find"], o => o.HoldOutColumnName = "Nowhere" },
        { "hold-out column 'Amount'", ["a bool", "Single"], o => o.HoldOutColumnName = "Amount" },
    };

    [Theory]
    [MemberData(nameof(WrongColumns))]
    public void Fit_wrong_column_names_it_and_what_was_expected_and_found(string column, string[] parts, Action<Options> change)
    {
        var ml = new MLContext(1);
        var options = new Options { LabelColumnName = "Amount", Modalities = { Modality.Vector("A") } };
        change(options);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
            ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(ml.Data.LoadFromEnumerable<Odd>([])));
        Assert.Contains(column, e.Message);
        Assert.All(parts, part => Assert.Contains(part, e.Message));
    }

    public static TheoryData<string, string, Action<Options>> MistypedColumns => new()
    {
        { "modality column 'Fcae'", "Did you mean 'Face'?", o => o.Modalities.Add(Modality.Vector("Fcae")) },
        { "modality column 'amount'", "Did you mean 'Amount'?", o => o.Modalities.Add(Modality.Vector("amount")) },
        { "label column 'Lable'", "Did you mean 'Label'?", o => o.LabelColumnName = "Lable" },
        { "sampling key column 'Speakr'", "Did you mean 'Speaker'?", o => o.SamplingKeyColumnName = "Speakr" },
        { "hold-out column 'IsHelpOut'", "Did you mean 'IsHeldOut'?", o => o.HoldOutColumnName = "IsHelpOut" },
        { "example weight column 'Wieght'", "Did you mean 'Weight'?", o => o.ExampleWeightColumnName = "Wieght" },
        { "label column 'Nothing'", "The columns are 'Label', 'Amount', 'Face', 'Speaker', 'IsHeldOut', 'Weight'.", o => o.LabelColumnName = "Nothing" },
    };

    public sealed class Named
    {
        public bool Label { get; set; }

        public float Amount { get; set; }

        public float Face { get; set; }

        public string Speaker { get; set; } = "";

        public bool IsHeldOut { get; set; }

        public float Weight { get; set; }
    }

    [Theory]
    [MemberData(nameof(MistypedColumns))]
    public void Fit_mistyped_column_names_the_nearest_one_and_all_there_are(string column, string part, Action<Options> change)
    {
        var ml = new MLContext(1);
        var options = new Options { Modalities = { Modality.Vector("Amount") } };
        change(options);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
            ml.MulticlassClassification.Trainers.GradientBlending(options).Fit(ml.Data.LoadFromEnumerable<Named>([])));
        Assert.Contains($"Could not find {column}", e.Message);
        Assert.Contains(part, e.Message);
        Assert.Contains("The columns are 'Label', 'Amount',", e.Message);
        Assert.Equal("schema", e.ParamName);
        Assert.Equal(part.StartsWith("Did"), e.Message.Contains("Did you mean"));
    }

    [Fact]
    public void Score_column_that_is_missing_names_the_nearest_one()
    {
        var ml = new MLContext(1);
        using var model = ml.Trainer().Fit(ml.KeyedView(Samples.Rows()));
        var view = ml.Transforms.CopyColumns("a", "A").Append(ml.Transforms.DropColumns("A")).Fit(ml.View(Samples.Rows())).Transform(ml.View(Samples.Rows()));
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(view));
        Assert.Contains("Could not find modality column 'A'", e.Message);
        Assert.Contains("Did you mean 'a'?", e.Message);
        Assert.Contains("Did you mean 'B'?", Assert.Throws<ArgumentException>(() => model.ForFeatureImportance("b")).Message);
    }

    [Theory]
    [InlineData("Fcae", "Face", 1)]
    [InlineData("face", "FACE", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("Speaker", "Speakers", 1)]
    public void Distance_counts_letters_that_differ(string one, string other, int distance)
    {
        Assert.Equal(distance, Names.Distance(one, other));
        Assert.Equal(distance, Names.Distance(other, one));
    }

    [Fact]
    public void Suggest_lists_no_more_names_than_can_be_read()
    {
        string found = Names.Suggest("Slot7", [.. Enumerable.Range(0, 50).Select(i => $"Column{i}"), "Slot77"], "columns");
        Assert.StartsWith("Did you mean 'Slot77'? The columns are 'Column0', 'Column1',", found);
        Assert.EndsWith("'Column19' and 31 more.", found);
        Assert.Equal("There are no columns.", Names.Suggest("A", [], "columns"));
    }

    [Fact]
    public void Fit_regression_label_of_text_is_refused()
    {
        var ml = new MLContext(1);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => ml.Regression.Trainers.GradientBlending(Samples.Tiny()).Fit(ml.View(Samples.Rows())));
        Assert.Contains("'Label': expected a number", e.Message);
    }

    [Fact]
    public void Fit_binary_label_that_is_no_bool_is_refused()
    {
        var ml = new MLContext(1);
        var e = Assert.Throws<ArgumentOutOfRangeException>(
            () => ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny()).Fit(ml.View(Samples.Rows())));
        Assert.Contains("'Label': expected a bool", e.Message);
    }
}

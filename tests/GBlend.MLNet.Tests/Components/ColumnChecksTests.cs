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
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => ml.BinaryClassification.Trainers.GradientBlending(Samples.Tiny()).Fit(ml.View(Samples.Rows())));
        Assert.Contains("'Label': expected a bool", e.Message);
    }
}

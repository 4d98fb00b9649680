using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

public class LabelTests
{
    private readonly MLContext _ml = new(1);

    public sealed class Labelled
    {
        public float X { get; set; }

        // From 0 in objects; ML.NET stores it one higher, and values from 4 on as missing.
        [KeyType(4)]
        public uint Key { get; set; }

        [KeyType(200_000)]
        public uint Hash { get; set; }

        public double Number { get; set; }

        public float Missing { get; set; } = float.NaN;

        public float Infinite { get; set; } = float.PositiveInfinity;

        [VectorType(2)]
        public bool[] Bools { get; set; } = [];

        [VectorType(2)]
        public int[] Ints { get; set; } = [];
    }

    private static readonly Labelled[] s_rows =
    [
        new() { X = 1, Key = 3, Hash = 1, Number = 7, Bools = [true, false], Ints = [1, 0] },
        new() { X = 2, Key = 1, Hash = 1, Number = -2, Bools = [false, false], Ints = [1, 1] },
        new() { X = 3, Key = 3, Hash = 2, Number = 7, Bools = [true, true], Ints = [0, 0] },
        new() { X = 4, Key = 1, Hash = 2, Number = 5, Bools = [false, true], Ints = [0, 1] },
    ];

    private TrainingData Read(string label, OutputKind kind = OutputKind.Multiclass, IEnumerable<Labelled>? rows = null, RecordingHost? host = null) =>
        Samples.Read(_ml.Data.LoadFromEnumerable(rows ?? s_rows), o =>
        {
            o.Modalities.Clear();
            o.Modalities.Add(Modality.Vector("X"));
            (o.LabelColumnName, o.ValidationFraction) = (label, 0);
        }, kind, host);

    private string Refusal(string label, OutputKind kind = OutputKind.Multiclass, IEnumerable<Labelled>? rows = null) =>
        Assert.Throws<InvalidOperationException>(() => Read(label, kind, rows)).Message;

    [Theory]
    [InlineData(double.MaxValue, "infinite")]
    [InlineData(1e38, "the value 1E+38")]
    [InlineData(-3.4028234663852886e38, "the value -3.4028235E+38")]
    public void Read_number_that_predictions_can_not_reach_is_refused_as_a_label(double value, string part)
    {
        var rows = s_rows.Select(r => new Labelled { X = r.X, Number = r.X == 3 ? value : r.Number });
        string message = Refusal("Number", OutputKind.Regression, rows);
        Assert.Contains("'Number'", message);
        Assert.Contains("row 2", message);
        Assert.Contains(part, message);
    }

    /// <summary>Labels are standardized: the masses of stars in kilograms are a label like any other.</summary>
    [Fact]
    public void Read_large_numbers_are_labels() =>
        Assert.Equal([2e30f, 4e30f, 6e30f, 8e30f],
            Read("Number", OutputKind.Regression, s_rows.Select(r => new Labelled { X = r.X, Number = r.X * 2e30 })).Rows.Targets.Values!);

    [Fact]
    public void Read_text_key_keeps_its_values()
    {
        var data = Samples.Read(_ml.KeyedView(Samples.Rows(6)));
        Assert.Equal(Samples.Colours, data.Label.SlotNames!);
        Assert.Equal([0, 1, 2, 0, 1, 2], data.Rows.Targets.Classes!);
        Assert.Equal(typeof(uint), data.Label.KeyType);
    }

    [Fact]
    public void Read_key_without_values_numbers_its_classes_and_warns_of_unused_ones()
    {
        var host = new RecordingHost();
        var data = Read("Key", host: host);
        Assert.Equal([3, 1, 3, 1], data.Rows.Targets.Classes!);
        Assert.Equal(4, data.Rows.Targets.Outputs);
        Assert.Null(data.Label.Values);
        Assert.Equal(["0", "1", "2", "3"], data.Label.SlotNames!);
        var warning = Assert.Single(host.Warnings);
        Assert.Contains("'0', '2'", warning);
    }

    [Fact]
    public void Read_bool_has_the_classes_false_and_true()
    {
        var data = Samples.Read(_ml.View(Samples.Rows(6)), o => o.LabelColumnName = "IsRed");
        Assert.Equal(["False", "True"], data.Label.SlotNames!);
        Assert.Equal([1, 0, 0, 1, 0, 0], data.Rows.Targets.Classes!);
    }

    [Fact]
    public void Read_whole_numbers_are_classes_in_ascending_order()
    {
        var data = Read("Number");
        Assert.Equal(["-2", "5", "7"], data.Label.SlotNames!);
        Assert.Equal([2, 0, 2, 1], data.Rows.Targets.Classes!);
    }

    [Fact]
    public void Read_vector_of_bools_is_multi_label()
    {
        var data = Read("Bools", OutputKind.MultiLabel);
        Assert.Equal([1, 0, 0, 0, 1, 1, 0, 1], data.Rows.Targets.Values!);
        Assert.Equal(2, data.Rows.Targets.Outputs);
    }

    [Fact]
    public void Read_vector_of_numbers_is_multi_label() =>
        Assert.Equal([1, 0, 1, 1, 0, 0, 0, 1], Read("Ints", OutputKind.MultiLabel).Rows.Targets.Values!);

    [Fact]
    public void Read_regression_takes_any_number() =>
        Assert.Equal([7, -2, 7, 5], Read("Number", OutputKind.Regression).Rows.Targets.Values!);

    [Fact]
    public void Read_missing_key_is_refused_with_its_row()
    {
        var message = Refusal("Key", rows: [.. s_rows, new() { Key = 4 }]);
        Assert.Contains("'Key' has no value in row 4", message);
    }

    [Theory]
    [InlineData(nameof(OutputKind.Multiclass))]
    [InlineData(nameof(OutputKind.Regression))]
    public void Read_missing_number_is_refused_with_its_row(string kind) =>
        Assert.Contains("'Missing' has no value in row 0", Refusal("Missing", Enum.Parse<OutputKind>(kind)));

    [Theory]
    [InlineData(nameof(OutputKind.Multiclass))]
    [InlineData(nameof(OutputKind.Regression))]
    public void Read_infinite_label_is_refused(string kind) => Assert.Contains("'Infinite'", Refusal("Infinite", Enum.Parse<OutputKind>(kind)));

    [Fact]
    public void Read_fraction_as_class_is_refused_and_points_to_regression()
    {
        var message = Refusal("Number", rows: [.. s_rows, new() { Number = 1.5 }]);
        Assert.Contains("1.5", message);
        Assert.Contains("ml.Regression.Trainers.GradientBlending", message);
        Assert.Contains("MapValueToKey", message);
    }

    [Fact]
    public void Read_too_many_numbers_as_classes_are_refused() =>
        Assert.Contains("10000 distinct", Refusal("Number", rows: Enumerable.Range(0, 10_001).Select(i => new Labelled { Number = i })));

    [Fact]
    public void Read_key_of_too_many_values_is_refused() => Assert.Contains("200000", Refusal("Hash"));

    [Fact]
    public void Read_single_class_is_refused()
    {
        var message = Refusal("Key", rows: s_rows.Where(r => r.Key == 3));
        Assert.Contains("one class only ('3')", message);
    }

    [Fact]
    public void Read_multi_label_value_that_is_neither_0_nor_1_is_refused()
    {
        var message = Refusal("Ints", OutputKind.MultiLabel, [.. s_rows, new() { Ints = [1, 2], Bools = [true, true] }]);
        Assert.Contains("the value 2", message);
        Assert.Contains("row 4", message);
    }

    [Fact]
    public void Json_round_trip_keeps_class_values_and_their_type()
    {
        KeyValues[] all =
        [
            KeyValues.Create(new[] { "a", "ü" }.Select(s => s.AsMemory()).ToArray()), KeyValues.Create([false, true]), KeyValues.Create([1.5f, 0.1f]),
            KeyValues.Create([long.MinValue, long.MaxValue]), KeyValues.Create([ulong.MaxValue]), KeyValues.Create([double.Pi]),
            KeyValues.Create([new DateTime(2020, 1, 2, 3, 4, 5)]), KeyValues.Create([TimeSpan.FromTicks(7)]),
        ];
        Assert.All(all, values =>
        {
            var json = values.ToJson().ToJsonString();
            var back = KeyValues.FromJson(System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject());
            Assert.Equal(json, back.ToJson().ToJsonString());
            Assert.Equal(values.Names, back.Names);
            Assert.Equal(values.GetType(), back.GetType());
        });
    }
}

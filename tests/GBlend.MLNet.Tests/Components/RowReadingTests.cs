using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

public class RowReadingTests
{
    private readonly MLContext _ml = new(1);

    public sealed class Numbers
    {
        public bool Label { get; set; }

        public sbyte I1 { get; set; }

        public uint U4 { get; set; }

        public double R8 { get; set; }

        [VectorType(2)]
        public byte[] Bytes { get; set; } = [];

        [VectorType(2)]
        public long[] Longs { get; set; } = [];

        [VectorType(2)]
        public double[] Doubles { get; set; } = [];

        [VectorType(5)]
        public VBuffer<float> Sparse { get; set; }

        [VectorType(2, 3)]
        public float[] Image { get; set; } = [];
    }

    private TrainingData ReadNumbers(params string[] columns)
    {
        Numbers[] rows =
        [
            new() { Label = true, I1 = -1, U4 = 7, R8 = 0.5, Bytes = [1, 255], Longs = [-3, 4], Doubles = [1.5, -2], Sparse = new(5, 2, [8f, 9f], [1, 4]),
                Image = [1, 2, 3, 4, 5, 6] },
            new() { Label = false, I1 = 2, U4 = 0, R8 = -4, Bytes = [0, 3], Longs = [5, 6], Doubles = [0, 0], Sparse = new(5, 0, [], []),
                Image = [6, 5, 4, 3, 2, 1] },
        ];
        return Samples.Read(_ml.Data.LoadFromEnumerable(rows), o =>
        {
            o.Modalities.Clear();
            o.ValidationFraction = 0;
            foreach (var column in columns)
                o.Modalities.Add(Modality.Vector(column));
        });
    }

    [Fact]
    public void Read_scalar_columns_are_vectors_of_one()
    {
        var data = ReadNumbers("I1", "U4", "R8");
        Assert.All(data.Modalities, m => Assert.Equal([1], m.Shape));
        Assert.Equal([-1, 2], data.Rows.Floats(0));
        Assert.Equal([7, 0], data.Rows.Floats(1));
        Assert.Equal([0.5f, -4], data.Rows.Floats(2));
    }

    [Fact]
    public void Read_vectors_of_bytes_stay_bytes_and_others_become_floats()
    {
        var data = ReadNumbers("Bytes", "Longs", "Doubles");
        Assert.Equal([1, 255, 0, 3], Assert.IsType<RowColumn<byte>>(data.Rows.Modalities[0]).ToArray());
        Assert.Equal([-3, 4, 5, 6], data.Rows.Floats(1));
        Assert.Equal([1.5f, -2, 0, 0], data.Rows.Floats(2));
    }

    [Fact]
    public void Read_sparse_vectors_get_their_zeros() =>
        Assert.Equal([0, 8, 0, 0, 9, 0, 0, 0, 0, 0], ReadNumbers("Sparse").Rows.Floats(0));

    [Fact]
    public void Read_dimensions_of_a_vector_type_are_the_shape() =>
        Assert.Equal([2, 3], ReadNumbers("Image").Modalities[0].Shape);

    [Fact]
    public void Read_takes_one_pass()
    {
        var source = new CountingRows(Samples.Rows());
        Samples.Read(_ml.Data.LoadFromEnumerable(source), o => (o.LabelColumnName, o.SamplingKeyColumnName) = ("IsRed", "Speaker"));
        Assert.Equal(1, source.Passes);
    }

    [Fact]
    public void Read_empty_view_is_refused() =>
        Assert.Contains("no rows", Refusal(_ml.View([])));

    [Theory]
    [InlineData(float.PositiveInfinity, MissingValues.Refuse, "infinite")]
    [InlineData(float.NegativeInfinity, MissingValues.ImputeMean, "infinite")]
    [InlineData(float.NaN, MissingValues.Refuse, "ImputeMean")]
    [InlineData(1e38f, MissingValues.Refuse, "the value 1E+38")]
    [InlineData(-1e20f, MissingValues.Refuse, "make it NaN")]
    [InlineData(float.MinValue, MissingValues.ImputeMean, "the value -3.4028235E+38")]
    public void Read_value_that_can_not_be_trained_on_is_refused_with_column_row_and_slot(float value, MissingValues missing, string part)
    {
        var rows = Samples.Rows();
        rows[17].B[2] = value;
        var message = Refusal(_ml.View(rows), o => o.MissingValues = missing);
        Assert.Contains("column 'B'", message);
        Assert.Contains("row 17, slot 2", message);
        Assert.Contains(part, message);
    }

    /// <summary>Large numbers that people have: populations, cells, bytes, nanoseconds since 1970, hashes of 63 bits.</summary>
    [Theory]
    [InlineData(8e9)]
    [InlineData(3.7e13)]
    [InlineData(1.8e18)]
    [InlineData(-9.2e18)]
    public void Read_values_that_are_only_large_are_taken(double value)
    {
        var rows = Samples.Rows();
        rows[17].B[2] = (float)value;
        Assert.Equal((float)value, Samples.Read(_ml.View(rows), o => o.LabelColumnName = "IsRed").Rows.Floats(1)[17 * 3 + 2]);
    }

    [Fact]
    public void Fit_on_a_sentinel_is_refused_in_every_kind_of_column()
    {
        Numbers[] rows = [.. Enumerable.Range(0, 20).Select(i =>
            new Numbers { Label = i % 2 == 0, R8 = i == 7 ? 1e30 : i, Doubles = [i, i == 9 ? -1e25 : 0], Sparse = new(5, 1, [i == 11 ? 2e19f : i], [3]) })];
        var view = _ml.Data.LoadFromEnumerable(rows);
        foreach (var (column, place) in new[] { ("R8", "row 7, slot 0"), ("Doubles", "row 9, slot 1"), ("Sparse", "row 11, slot 3") })
        {
            var trainer = _ml.BinaryClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options { Modalities = { Modality.Vector(column) } });
            string message = Assert.Throws<InvalidOperationException>(() => trainer.Fit(view)).Message;
            Assert.Contains($"column '{column}'", message);
            Assert.Contains(place, message);
        }
    }

    [Fact]
    public void Read_missing_values_become_the_mean_of_training_rows()
    {
        var rows = Samples.Rows();
        foreach (var row in rows)
            (row.A[1], row.A[3]) = (row.IsHeldOut ? 1000 : 2, float.NaN);
        rows[1].A[1] = float.NaN;
        rows[2].A[1] = 4;
        var data = Samples.Read(
            _ml.View(rows), o => (o.LabelColumnName, o.HoldOutColumnName, o.MissingValues) = ("IsRed", "IsHeldOut", MissingValues.ImputeMean));
        int training = rows.Count(r => !r.IsHeldOut) - 1;
        float mean = (2f * (training - 1) + 4) / training;
        Assert.Equal(mean, data.Modalities[0].Fill![1], 1e-6f);
        Assert.Equal(mean, data.Rows.Floats(0)[1 * 4 + 1], 1e-6f);
        Assert.Equal(0, data.Modalities[0].Fill![3]);
        Assert.DoesNotContain(float.NaN, data.Rows.Floats(0));
        Assert.NotNull(data.Modalities[1].Fill);
    }

    [Fact]
    public void Read_unknown_row_count_reads_all_rows()
    {
        var filtered = _ml.Data.FilterRowsByColumn(_ml.View(Samples.Rows(2000)), "Amount", 50);
        var data = Samples.Read(filtered, o => o.LabelColumnName = "Number");
        Assert.Equal(data.Rows.Count * 4, data.Rows.Floats(0).Length);
        Assert.InRange(data.Rows.Count, 1300, 1340);
    }

    private static string Refusal(IDataView view, Action<GradientBlendingTrainer.Options>? change = null) =>
        Assert.Throws<InvalidOperationException>(() => Samples.Read(view, o =>
        {
            o.LabelColumnName = "IsRed";
            change?.Invoke(o);
        })).Message;

    private sealed class CountingRows(List<Sample> rows) : IEnumerable<Sample>
    {
        internal int Passes { get; private set; }

        public IEnumerator<Sample> GetEnumerator()
        {
            Passes++;
            return rows.GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

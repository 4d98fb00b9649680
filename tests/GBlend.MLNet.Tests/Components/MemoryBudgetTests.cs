using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tests.Components;

/// <summary>Where rows are kept is nobody's business but the machine's.</summary>
public sealed class MemoryBudgetTests
{
    private const int Rows = 800, Width = 4096;

    public sealed class Wide
    {
        public bool Label { get; set; }

        [VectorType(Width)]
        public float[] Features { get; set; } = [];

        [VectorType(Width)]
        public byte[] Bytes { get; set; } = [];
    }

    [Trait("Speed", "Slow")]
    [Theory]
    [InlineData(1, true)]
    [InlineData(5, true)]
    [InlineData(5, false)]
    [InlineData(10, false)]
    public void Fit_gives_the_same_bits_with_a_small_budget_as_with_a_large_one(int megabytes, bool knowsRowCount)
    {
        var ml = new MLContext(1);
        Wide[] rows = [.. Generate()];
        var view = ml.Data.LoadFromEnumerable(knowsRowCount ? rows : rows.Where(r => r.Features.Length > 0));
        Assert.Equal(knowsRowCount ? Rows : null, view.GetRowCount());
        using var small = Fit(ml, view, megabytes);
        using var large = Fit(ml, view, 1000);
        Assert.Equal(large.History.HeldOutLoss, small.History.HeldOutLoss);
        Assert.Equal(Bytes(large), Bytes(small));
    }

    /// <summary>A layer of more bytes than a process can address.</summary>
    [Theory]
    [InlineData(null, "set MemoryBudgetInMegabytes")]
    [InlineData(64, "MemoryBudgetInMegabytes = 64")]
    public void Fit_that_runs_out_of_memory_names_the_options_that_take_it(int? budget, string part)
    {
        var ml = new MLContext(1);
        var trainer = ml.Trainer(
            o => (o.Modalities[0], o.BatchSize, o.MemoryBudgetInMegabytes) = (Modality.Vector("A", Encoders.Mlp(8_000_000, 8_000_000)), 17, budget));
        var e = Assert.Throws<OutOfMemoryException>(() => trainer.Fit(ml.KeyedView(Samples.Rows())));
        Assert.Contains(part, e.Message);
        Assert.Contains("BatchSize (17)", e.Message);
        Assert.NotNull(e.InnerException);
        Assert.False(FitMemory.IsOutOfMemory(new InvalidOperationException("out of memory")));
        Assert.True(FitMemory.IsOutOfMemory(new System.Runtime.InteropServices.ExternalException("CUDA out of memory. Tried to allocate 20.00 MiB")));
    }

    [Fact]
    public void Folder_for_temporary_files_that_is_missing_or_none_is_named_with_the_remedy()
    {
        string missing = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")), file = Path.GetTempFileName();
        try
        {
            foreach (string folder in new[] { missing, file })
            {
                string message = Assert.Throws<IOException>(() => new SpillFile(folder)).Message;
                Assert.Contains(folder, message);
                Assert.Contains("TMPDIR", message);
                Assert.Contains("MemoryBudgetInMegabytes", message);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static GradientBlendingTransformer Fit(MLContext ml, IDataView view, int megabytes) =>
        ml.BinaryClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
        {
            Modalities = { Modality.Vector("Features", Encoders.Mlp(4)), Modality.Vector("Bytes", Encoders.Mlp(4)) },
            Blending = Blending.Equal(),
            NumberOfEpochs = 2,
            BatchSize = 256,
            Seed = 1,
            MemoryBudgetInMegabytes = megabytes,
        }).Fit(view);

    private static byte[] Bytes(GradientBlendingTransformer model)
    {
        using var file = new MemoryStream();
        model.ToStateDict().Save(file);
        return file.ToArray();
    }

    private static IEnumerable<Wide> Generate()
    {
        var random = new Random(1);
        for (int row = 0; row < Rows; row++)
        {
            var wide = new Wide { Label = row % 2 == 0, Features = new float[Width], Bytes = new byte[Width] };
            random.NextBytes(wide.Bytes);
            for (int i = 0; i < Width; i++)
                wide.Features[i] = (float)random.NextDouble() + (wide.Label ? 0.1f : 0);
            yield return wide;
        }
    }
}

using FsCheck;
using FsCheck.Xunit;
using static TorchSharp.torch;
using Methods = GBlend.MLNet.Blending;

namespace GBlend.MLNet.Tests;

/// <summary>What is learned of rows that lack modalities.</summary>
public sealed class PresenceTests
{
    private static readonly bool[] s_clear = [.. Enumerable.Range(0, 120).Select(i => i % 5 > 0)],
        s_faint = [.. Enumerable.Range(0, 120).Select(i => i % 5 != 1)];

    /// <summary>Whatever stands in place of a modality that a row lacks, the model is the same, batch statistics included.</summary>
    [Theory]
    [InlineData("vectors")]
    [InlineData("pictures")]
    public void Nothing_is_learned_of_what_stands_in_place_of_an_absent_modality(string kind)
    {
        byte[] Train(float filler)
        {
            var plain = ToyRows.Multiclass();
            float[] clear = plain.Floats(0);
            for (int i = 0; i < clear.Length; i++)
                clear[i] = s_clear[i / ToyRows.ClearWidth] ? clear[i] : filler;
            var settings = With(ToyRows.Settings(Methods.Online(2)) with { NumberOfEpochs = 3 });
            if (kind == "pictures")
            {
                var picture = ModalitySpec.Create("Clear", ModalityKind.Image, [2, 3, 1], Encoders.ImageResNet(18, 1.0 / 16), AugmentationSettings.None);
                settings = settings with { Modalities = [picture with { HasPlaceholder = true }, settings.Modalities[1]] };
            }
            using var rows = new TrainingRows([RowColumn.Of(clear, 120), plain.Modalities[1]], plain.Targets, plain.HeldOut) { Presence = [s_clear, s_faint] };
            using var model = TrainingRun.Fit(rows, settings, new QuietHost());
            using MemoryStream description = new(), weights = new();
            model.Save(description, weights);
            return [.. description.ToArray(), .. weights.ToArray()];
        }
        Assert.Equal(Train(0), Train(50));
    }

    /// <summary>A row counts in a head as in a training on the rows that have its modality, where as many rows fewer make a step.</summary>
    [Fact]
    public void A_head_learns_as_from_the_rows_that_have_its_modality()
    {
        var plain = ToyRows.Multiclass();
        using var rows = Rows(plain);
        // Steps of all rows.
        var settings = With(ToyRows.Settings(Methods.Separate())) with { NumberOfEpochs = 20, BatchSize = 120, Precision = ScalarType.Float64 };
        var some = Enumerable.Range(0, 120).Where(i => s_clear[i]).ToArray();
        float[] clear = plain.Floats(0);
        using var few = new TrainingRows(
            [some.SelectMany(i => clear.Skip(i * ToyRows.ClearWidth).Take(ToyRows.ClearWidth)).ToArray(),
                some.SelectMany(i => plain.Floats(1).Skip(i * ToyRows.FaintWidth).Take(ToyRows.FaintWidth)).ToArray()],
            plain.Targets.Rows(some), new bool[some.Length]);
        using var all = new TrainingRows(rows.Modalities, rows.Targets, new bool[120]) { Presence = rows.Presence };
        float[] Head(TrainingRows data, TrainingSettings how)
        {
            using var model = TrainingRun.Fit(data, how, new QuietHost());
            return [.. model.Network.Parts.Encoder(0).Values.ToFloats(), .. model.Network.Parts.Head(0).Values.ToFloats()];
        }
        float[] expected = Head(few, settings with
        {
            LearningRate = settings.LearningRate * some.Length / 120,
            Modalities = [.. settings.Modalities.Select(m => m with { HasPlaceholder = false })],
        });
        Assert.All(expected.Zip(Head(all, settings)), v => Assert.Equal(v.First, v.Second, 1e-5));
    }

    [Theory]
    [InlineData(LearningTask.Multiclass)]
    [InlineData(LearningTask.MultiLabel)]
    [InlineData(LearningTask.Regression)]
    public void Micro_batches_make_the_same_steps(LearningTask task)
    {
        float[] Train(int? micro)
        {
            using var rows = Rows(Of(task));
            var settings = With(ToyRows.Settings(Methods.Auto(1)), 0.3) with { MicroBatchSize = micro, Precision = ScalarType.Float64 };
            using var model = TrainingRun.Fit(rows, settings, new QuietHost());
            return [.. model.Networks.SelectMany(n => n.Parameters.Values.ToFloats())];
        }
        Assert.All(Train(null).Zip(Train(3)), v => Assert.Equal(v.First, v.Second, 1e-4));
    }

    [Theory]
    [InlineData(LearningTask.Multiclass)]
    [InlineData(LearningTask.MultiLabel)]
    [InlineData(LearningTask.Regression)]
    public void Placeholders_are_learned_and_refitted(LearningTask task)
    {
        using var rows = Rows(Of(task));
        foreach (int refit in (int[])[0, 2])
        {
            using var model = TrainingRun.Fit(rows, With(ToyRows.Settings(Methods.Auto(1))) with { RefitJointHeadEpochs = refit }, new QuietHost());
            foreach (var network in model.Networks)
            {
                Assert.All(Enumerable.Range(0, 2), m => Assert.Contains(network.Parts.Fusion!.Placeholder(m)!.ToFloats(), v => Math.Abs(v) > 1e-4));
            }
            Assert.Equal(2, model.Answer.Partial.Count);
            Assert.All(model.Answer.Partial.Values, rule => Assert.Contains(rule.Weights.Where((_, b) => model.History.Branches[b].EndsWith(
                "Joint", StringComparison.Ordinal)), w => w > 0));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Middle_features_have_placeholders_too(bool middle)
    {
        using var rows = Rows(ToyRows.Multiclass());
        var settings = With(ToyRows.Settings(Methods.Equal())) with { Fusion = middle ? Fusion.MidConcat(4) : Fusion.NonLocalGate(4) };
        using var model = TrainingRun.Fit(rows, settings, new QuietHost());
        Assert.Equal(middle ? 8 : 6, model.Network.Parts.Fusion!.Placeholder(0)!.numel());
    }

    /// <summary>Estimates take the losses of a head from the rows that have its modality.</summary>
    [Fact]
    public void Estimates_are_of_the_rows_that_a_branch_reads()
    {
        var random = new Random(2);
        double[] Draw(int n) => [.. Enumerable.Range(0, n).Select(_ => random.NextDouble())];
        double[] train = Draw(40), trainAfter = Draw(40), held = Draw(30), heldAfter = Draw(30);
        bool[] inTrain = [.. Enumerable.Range(0, 40).Select(i => i % 3 > 0)], inHeld = [.. Enumerable.Range(0, 30).Select(i => i % 4 > 0)];
        double[] Where(double[] values, bool[] has) => [.. values.Where((_, i) => has[i])];
        BranchLosses other = new("B", train, held, trainAfter, heldAfter);
        var found = WeightEstimation.Estimate(
            [new("A", train, held, trainAfter, heldAfter) { TrainPresence = inTrain, HeldOutPresence = inHeld }, other], new(), 0, 1, 1).Branches;
        var expected = WeightEstimation.Estimate(
            [new("A", Where(train, inTrain), Where(held, inHeld), Where(trainAfter, inTrain), Where(heldAfter, inHeld))], new(), 0, 1, 1).Branches[0];
        Assert.Equal(expected.Generalization, found[0].Generalization, 1e-12);
        Assert.Equal(expected.Overfitting, found[0].Overfitting, 1e-12);
        Assert.Equal(expected.GeneralizationStandardError, found[0].GeneralizationStandardError, 1e-12);
        Assert.Equal(expected.OverfittingStandardError, found[0].OverfittingStandardError, 1e-12);
        Assert.All(found, b => Assert.True(double.IsFinite(b.Weight)));
    }

    [Fact]
    public void Measured_losses_are_of_the_rows_that_a_branch_reads()
    {
        using var rows = Rows(ToyRows.Multiclass());
        using var model = TrainingRun.Fit(rows, With(ToyRows.Settings(Methods.Equal())), new QuietHost());
        var epoch = model.History.Epochs[^1];
        var buffers = model.History.Branches.Select(_ => new float[model.BlockRows * model.Outputs]).ToArray();
        var losses = new List<double>();
        for (int from = 0; from < 120; from += model.BlockRows)
        {
            int count = Math.Min(model.BlockRows, 120 - from);
            model.Score(ToyRows.Block(model, rows, from, count), count, new float[model.BlockRows * model.Outputs], buffers);
            for (int i = 0; i < count; i++)
            {
                if (rows.HeldOut[from + i] && s_clear[from + i])
                    losses.Add(-Math.Log(buffers[0][i * model.Outputs + (int)rows.Targets.Classes![from + i]]));
            }
        }
        Assert.Equal(losses.Average(), epoch.HeldOutLoss[0], 1e-3);
    }

    [Property]
    public bool Dropout_hides_no_row_whole(int seed, ushort row, PositiveInt shares, PositiveInt presence)
    {
        double[] share = [(shares.Get % 10) / 10.0, 0.99, (shares.Get / 10 % 10) / 10.0];
        bool[] isThere = [(presence.Get & 1) == 1, (presence.Get & 2) == 2, (presence.Get & 4) == 4], heard = new bool[3], again = new bool[3];
        ModalityDropout.Draw(seed, row, share, isThere, heard);
        ModalityDropout.Draw(seed, row, share, isThere, again);
        return heard.SequenceEqual(again) && heard.Zip(isThere).All(h => !h.First || h.Second) && (heard.Contains(true) || !isThere.Contains(true))
            && Enumerable.Range(0, 3).All(m => heard[m] || !isThere[m] || share[m] > 0);
    }

    [Fact]
    public void Dropout_hides_the_share_that_is_asked_for()
    {
        int[] hidden = new int[3];
        int both = 0, rows = 20_000;
        bool[] heard = new bool[3];
        for (int row = 0; row < rows; row++)
        {
            ModalityDropout.Draw(7, row, [0.3, 0, 0.5], [true, true, true], heard);
            for (int m = 0; m < 3; m++)
                hidden[m] += heard[m] ? 0 : 1;
            both += heard[0] || heard[2] ? 0 : 1;
        }
        Assert.Equal(0.3, hidden[0] / (double)rows, 0.015);
        Assert.Equal(0, hidden[1]);
        Assert.Equal(0.5, hidden[2] / (double)rows, 0.015);
        Assert.Equal(0.15, both / (double)rows, 0.015);
    }

    [Fact]
    public void Dropout_is_drawn_anew_in_every_epoch_and_not_where_losses_are_measured()
    {
        using var rows = Rows(ToyRows.Multiclass());
        using var targets = new Loss(LearningTask.Multiclass).Prepare(rows.Targets, ScalarType.Float32);
        using var store = new RowStore(rows, With(ToyRows.Settings(), 0.5).Modalities, targets, ScalarType.Float32, CPU);
        int[] order = [.. Enumerable.Range(0, 120)];
        double[] Heard(int? seed, int batch)
        {
            var heard = new List<double>();
            foreach (var b in store.Batches(order, batch, seed))
                heard.AddRange((b.Heard ?? b.Presence!)[0]!.ToDoubles());
            return [.. heard];
        }
        Assert.Equal(s_clear.Select(has => has ? 1.0 : 0), Heard(null, 50));
        Assert.Equal(Heard(1, 16), Heard(1, 7));
        Assert.NotEqual(Heard(1, 16), Heard(2, 16));
        Assert.All(Heard(1, 16).Zip(s_clear), h => Assert.True(h.First == 0 || h.Second));
        foreach (var b in store.Batches(order, 120, 1))
            Assert.All(b.Heard![0]!.ToDoubles().Zip(b.Heard[1]!.ToDoubles()), h => Assert.True(h.First + h.Second > 0));
    }

    private static TrainingRows Of(LearningTask task) => task switch
    {
        LearningTask.Multiclass => ToyRows.Multiclass(),
        LearningTask.MultiLabel => ToyRows.MultiLabel(),
        _ => ToyRows.Regression(),
    };

    private static TrainingRows Rows(TrainingRows plain) => new(plain.Modalities, plain.Targets, plain.HeldOut) { Presence = [s_clear, s_faint] };

    private static TrainingSettings With(TrainingSettings settings, double dropout = 0) => settings with
    {
        LeavesOutMissing = true,
        Modalities = [.. settings.Modalities.Select(m => m with { HasPlaceholder = true, Dropout = dropout })],
    };
}

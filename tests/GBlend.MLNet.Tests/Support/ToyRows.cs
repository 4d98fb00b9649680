namespace GBlend.MLNet.Tests;

/// <summary>Small generated sets with two modalities: one that tells the label plainly, one that tells it faintly among noise.</summary>
internal static class ToyRows
{
    internal const int Classes = 3, ClearWidth = 6, FaintWidth = 10;

    internal static TrainingSettings Settings(Blending? blending = null) => PlainSettings.Of(
        blending ?? GBlend.MLNet.Blending.Online(2),
        new("Clear", [ClearWidth], Encoders.Mlp(8, 6), null), new("Faint", [FaintWidth], Encoders.Mlp(8, 6), null)) with
    {
        NumberOfEpochs = 6,
        BatchSize = 16,
        LearningRate = 0.05,
        Seed = 3,
    };

    internal static TrainingRows Multiclass(int rows = 120, int seed = 1) =>
        Create(rows, seed, (classes, _) => new(LearningTask.Multiclass, Classes, classes, null));

    /// <summary>Rows whose faint modality says nothing, with large values.</summary>
    internal static TrainingRows WithNoise(int rows = 120)
    {
        var random = new Random(4);
        var clear = Multiclass(rows);
        float[] noise = [.. Enumerable.Range(0, rows * FaintWidth).Select(_ => (float)(20 * random.NextDouble() - 10))];
        return new([clear.Modalities[0], RowColumn.Of(noise, rows)], clear.Targets, clear.HeldOut);
    }

    internal static TrainingRows MultiLabel(int rows = 120, int seed = 1) => Create(rows, seed, (classes, _) =>
        new(LearningTask.MultiLabel, Classes, null, [.. classes.SelectMany(c => Enumerable.Range(0, Classes).Select(label => label <= c ? 1f : 0f))]));

    internal static TrainingRows Regression(int rows = 120, int seed = 1) => Create(rows, seed, (classes, random) =>
        new(LearningTask.Regression, 1, null, [.. classes.Select(c => 1000f + 50f * c + (float)random.NextDouble())]));

    /// <summary>The scores of all rows, block by block, and optionally those of every branch.</summary>
    internal static float[] Score(TrainedModel model, TrainingRows rows)
    {
        var scores = new List<float>();
        var buffer = new float[model.BlockRows * model.Outputs];
        for (int from = 0; from < rows.Count; from += model.BlockRows)
        {
            int count = Math.Min(model.BlockRows, rows.Count - from);
            model.Score(Block(model, rows, from, count), count, buffer, null);
            scores.AddRange(buffer.Take(count * model.Outputs));
        }
        return [.. scores];
    }

    internal static Array[] Block(TrainedModel model, TrainingRows rows, int from, int count) => [.. model.Modalities.Select((m, i) =>
        rows.Modalities[i] is RowColumn<byte> bytes ? Block(bytes, model.BlockRows, from, count)
            : Block((RowColumn<float>)rows.Modalities[i], model.BlockRows, from, count))];

    internal static double Accuracy(TrainedModel model, TrainingRows rows)
    {
        var scores = Score(model, rows);
        return Enumerable.Range(0, rows.Count).Average(row =>
            scores.AsSpan(row * Classes, Classes).IndexOf(scores.Skip(row * Classes).Take(Classes).Max()) == rows.Targets.Classes![row] ? 1.0 : 0.0);
    }

    /// <summary>The rows of a modality of floats.</summary>
    internal static float[] Floats(this TrainingRows rows, int modality) => ((RowColumn<float>)rows.Modalities[modality]).ToArray();

    private static Array Block<T>(RowColumn<T> rows, int blockRows, int from, int count)
        where T : unmanaged
    {
        var block = new T[blockRows * rows.Width];
        Array.Copy(rows.ToArray(), from * rows.Width, block, 0, count * rows.Width);
        return block;
    }

    private static TrainingRows Create(int rows, int seed, Func<long[], Random, TrainingTargets> targets)
    {
        var random = new Random(seed);
        long[] classes = [.. Enumerable.Range(0, rows).Select(i => (long)(i % Classes))];
        float[] Modality(int width, double strength) =>
            [.. from row in Enumerable.Range(0, rows) from j in Enumerable.Range(0, width) select (float)(
                2 * random.NextDouble() - 1 + (j == classes[row] ? strength : 0))];
        return new TrainingRows(
            [Modality(ClearWidth, 1.5), Modality(FaintWidth, 0.4)], targets(classes, random), [.. Enumerable.Range(0, rows).Select(i => i % 4 == 0)]);
    }
}

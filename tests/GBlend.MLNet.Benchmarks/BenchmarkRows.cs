namespace GBlend.MLNet.Benchmarks;

/// <summary>Rows as wide as an image of 64 pixels and a sound of 800 numbers, ten classes; a fifth held out.</summary>
internal static class BenchmarkRows
{
    internal const int Classes = 10, ImageWidth = 64, SoundWidth = 800;

    internal static float[] Floats(this TrainingRows rows, int modality) => ((RowColumn<float>)rows.Modalities[modality]).ToArray();

    internal static TrainingRows Create(int rows = 2500)
    {
        var random = new Random(1);
        long[] classes = [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(Classes))];
        float[] Modality(int width)
        {
            var values = new float[rows * width];
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(2 * random.NextDouble() - 1 + (i % width == classes[i / width] ? 1 : 0));
            return values;
        }
        return new TrainingRows([Modality(ImageWidth), Modality(SoundWidth)], new TrainingTargets(LearningTask.Multiclass, Classes, classes, null),
            [.. Enumerable.Range(0, rows).Select(i => i % 5 == 0)]);
    }
}

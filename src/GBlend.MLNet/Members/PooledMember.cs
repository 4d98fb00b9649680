using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>A member of a model's pool: what it learned in each fold, whose mean is what it predicts.</summary>
/// <param name="Head">Its name and the modalities that it reads.</param>
/// <param name="Folds">One for each fold.</param>
internal sealed record PooledMember(HeadInfo Head, IReadOnlyList<IMemberModel> Folds)
{
    private const int RowsAtOnce = 256;

    /// <summary>The mean over the folds of what they predict, see <see cref="IMemberModel.Predict"/>.</summary>
    internal double[] Predict(IReadOnlyList<Array> block, int rows, Loss loss)
    {
        double[] mean = Folds[0].Predict(block, rows, loss);
        if (Folds.Count == 1)
            return mean;
        foreach (var fold in Folds.Skip(1))
        {
            double[] own = fold.Predict(block, rows, loss);
            for (int i = 0; i < mean.Length; i++)
                mean[i] += own[i];
        }
        for (int i = 0; i < mean.Length; i++)
            mean[i] /= Folds.Count;
        return mean;
    }

    /// <summary>What a model predicts for some rows of a fit, in their order.</summary>
    internal static double[] Predict(IMemberModel model, TrainingRows rows, IReadOnlyList<int> order, Loss loss)
    {
        var predictions = new List<double>();
        byte[] buffer = [];
        foreach (int[] chunk in order.Chunk(RowsAtOnce))
        {
            Array[] block = [.. rows.Modalities.Select(column =>
                column.ElementSize == 1 ? (Array)new byte[chunk.Length * column.Width] : new float[chunk.Length * column.Width])];
            foreach (var (column, values) in rows.Modalities.Zip(block))
            {
                int bytes = column.Width * column.ElementSize;
                var destination = values is byte[] whole ? whole : MemoryMarshal.AsBytes(((float[])values).AsSpan());
                for (int i = 0; i < chunk.Length; i++)
                    column.Read(chunk[i], 0, column.Width, ref buffer).CopyTo(destination.Slice(i * bytes, bytes));
            }
            predictions.AddRange(model.Predict(block, chunk.Length, loss));
        }
        return [.. predictions];
    }
}

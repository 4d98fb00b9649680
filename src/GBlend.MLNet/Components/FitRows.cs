using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Rows that were read once for several fits of one seed, which differ in encoders and may leave modalities out.</summary>
internal sealed class FitRows(IDataView view, TrainingData data, int seed, WarnsOnce warnings) : IDisposable
{
    internal IDataView View { get; } = view;

    internal int Seed { get; } = seed;

    /// <summary>A digest of the rows: their values, targets and groups and which are held out. It reads all of them, be they in memory or in a file.</summary>
    internal string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(data.Rows.Count));
        hash.AppendData(MemoryMarshal.AsBytes<bool>(data.Rows.HeldOut));
        hash.AppendData(MemoryMarshal.AsBytes<int>(data.Rows.Folds));
        hash.AppendData(MemoryMarshal.AsBytes<long>(data.Rows.Targets.Classes));
        hash.AppendData(MemoryMarshal.AsBytes<float>(data.Rows.Targets.Values));
        hash.AppendData(MemoryMarshal.AsBytes<int>(data.Rows.Groups));
        hash.AppendData(MemoryMarshal.AsBytes<double>(data.ExampleWeights));
        byte[] buffer = [];
        foreach (var modality in data.Rows.Modalities)
        {
            hash.AppendData(BitConverter.GetBytes(modality.Width));
            for (int row = 0; row < modality.Count; row++)
                hash.AppendData(modality.Read(row, 0, modality.Width, ref buffer));
        }
        foreach (bool[]? isThere in data.Rows.Presence ?? [])
            hash.AppendData(MemoryMarshal.AsBytes<bool>(isThere));
        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }

    /// <summary>The data of a fit: its modalities over these rows.</summary>
    /// <exception cref="InvalidOperationException">The fit leaves out modalities that are all that some rows have.</exception>
    internal TrainingData For(GradientBlendingTrainer.Options options, ITrainingHost host)
    {
        int[] used = [.. options.Modalities.Select(m => data.Modalities.ToList().FindIndex(spec => spec.Column == m.ColumnName))];
        var rows = data.Rows.Only(used);
        RequireAny(rows, options.Modalities);
        ModalitySpec[] specs = [.. used.Zip(options.Modalities, (i, m) => TrainingData.Spec(m, View.Schema, host) with { Fill = data.Modalities[i].Fill })];
        var own = data with { Rows = rows, Modalities = TrainingData.WithPlaceholders(specs, options, rows.Presence) };
        // A blending that is cross-fitted divides the rows otherwise than one that is not.
        var (heldOut, folds) = own.Divide(options, Seed, warnings.Of(host));
        return own with
        {
            Rows = own.Rows.Divided(
            heldOut, folds, RowWeighting.Of(data.ExampleWeights, options.ClassWeights, own.Rows.Targets, data.Label, heldOut))
        };
    }

    private static void RequireAny(TrainingRows rows, IEnumerable<Modality> modalities)
    {
        int lacking = rows.Presence is { } presence ? Enumerable.Range(0, rows.Count).Count(row => presence.All(isThere => isThere?[row] == false)) : 0;
        if (lacking > 0)
            throw new InvalidOperationException($"A fit with {string.Join(", ", modalities.Select(m => $"'{m.ColumnName}'"))} alone can't be compared with the "
                + $"others, because {lacking} rows have none of these modalities. Fix IsUsed of the modalities at true in the space of the sweep, or leave out "
                + $"the rows.");
    }

    /// <summary>Makes sure that rows to compare the fits by are like the rows of training.</summary>
    /// <param name="schema">With the modalities and the label.</param>
    /// <exception cref="ArgumentOutOfRangeException">A modality column has another item type or other dimensions.</exception>
    /// <exception cref="ArgumentException">The label has other keys.</exception>
    internal void CheckLike(DataViewSchema schema)
    {
        foreach (var modality in data.Modalities)
            TrainedColumn.Check(schema[modality.Column], modality);
        data.Label.Values?.CheckSame(schema[data.Label.Column]);
    }

    public void Dispose() => data.Rows.Dispose();
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using QuickStart;

namespace Compare;

/// <summary>A data set whose features are standardized on the rows that are trained on.</summary>
internal sealed class DataSet
{
    private readonly MultimodalData _rows;
    private readonly List<Row> _heldOut;

    private DataSet(MultimodalData rows)
    {
        _rows = rows;
        _heldOut = [.. rows.TrainingRows.Where(r => r.IsHeldOut)];
    }

    public string Name => _rows.Name;

    /// <summary>Whether rows belong to something (a speaker, a recording) that stays together where rows are divided.</summary>
    public bool HasKeys => _rows.TrainingRows.Any(r => r.Key.Length > 0);

    /// <summary>The modalities' columns.</summary>
    public string[] Columns => [.. _rows.Modalities.Select(m => m.Name)];

    public static DataSet From(MultimodalData raw)
    {
        if (!raw.TrainingRows.Any(r => r.IsHeldOut))
            throw new UserErrorException($"{raw.Name}: no row's Split is valid. The learning rates are chosen and the pools fitted on these rows, so mark some "
                + $"of the training rows as valid.");
        var ml = new MLContext(seed: 0);
        var steps = Standardising.Fit(ml, raw, raw.TrainingRows.Where(r => !r.IsHeldOut));
        List<Row> Apply(IReadOnlyList<Row> rows)
        {
            var view = steps.Transform(raw.AsDataView(ml, rows));
            List<Row> standardised = [.. rows.Select(r => new Row { Label = r.Label, Key = r.Key, IsHeldOut = r.IsHeldOut })];
            for (int m = 0; m < raw.Modalities.Count; m++)
            {
                foreach (var (row, vector) in standardised.Zip(view.GetColumn<float[]>(raw.Modalities[m].Name)))
                    row.SetModality(m, vector);
            }
            return standardised;
        }
        return new DataSet(raw with { TrainingRows = Apply(raw.TrainingRows), TestRows = Apply(raw.TestRows) });
    }

    /// <summary>Of all rows, labels and splits as the networks see them.</summary>
    public string Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (rows, part) in new[] { (_rows.TrainingRows, "training"), (_rows.TestRows, "test") })
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            foreach (var row in rows)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{row.Label}\n{row.IsHeldOut}\n"));
                foreach (float[] values in new[] { row.Modality1, row.Modality2, row.Modality3, row.Modality4, row.Modality5, row.Modality6 })
                    hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>The rows to train on, and among them, marked, the held-out rows.</summary>
    public IDataView Training(MLContext ml) => _rows.AsDataView(ml, _rows.TrainingRows);

    public IDataView HeldOut(MLContext ml) => _rows.AsDataView(ml, _heldOut);

    public IDataView Test(MLContext ml) => _rows.AsDataView(ml, _rows.TestRows);

    public override string ToString() =>
        $"{Name}: {_rows.TrainingRows.Count - _heldOut.Count} training, {_heldOut.Count} held-out and {_rows.TestRows.Count} test rows, {_rows.Classes} "
            + $"classes; {string.Join(", ", _rows.Modalities.Select(m => $"{m.Name} ({m.Width})"))}";
}

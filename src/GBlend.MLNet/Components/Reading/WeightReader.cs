using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Reads an example weight column row by row, and refuses what is no weight.</summary>
internal sealed class WeightReader(DataViewRow row, DataViewSchema.Column column)
{
    /// <summary>Next to a row of such weight no other counts; what has it is a sentinel.</summary>
    private const float TooLarge = 18446744073709551616f;

    private readonly VectorReader _reader = VectorReader.Create(row, column);
    private readonly List<double> _weights = [];

    /// <summary>Rows of weight 0, which are left out.</summary>
    internal int LeftOut { get; private set; }

    /// <summary>Reads the weight of the current row.</summary>
    /// <param name="position">The row, for messages.</param>
    /// <returns>Whether the row counts at all.</returns>
    /// <exception cref="InvalidOperationException">The weight is missing, negative or infinite.</exception>
    internal bool Read(long position)
    {
        float weight = 0;
        _reader.Read(new Span<float>(ref weight));
        if (!(weight >= 0 && weight < TooLarge))
        {
            string found = float.IsNaN(weight) ? "no value (NaN)" : FormattableString.Invariant($"the value {weight}");
            throw new InvalidOperationException($"The example weight column '{column.Name}' has {found} in row {position} (counted from 0). A weight is a "
                + $"number of at least 0 (and below 1.8E+19); a row of weight 0 is left out. Correct it, or remove the row before the trainer.");
        }
        if (weight == 0)
            LeftOut++;
        else
            _weights.Add(weight);
        return weight > 0;
    }

    /// <summary>Takes back the weight that was read last and counts.</summary>
    internal void TakeBack() => _weights.RemoveAt(_weights.Count - 1);

    /// <summary>The weights of the rows that count.</summary>
    internal double[] ToArray() => [.. _weights];
}

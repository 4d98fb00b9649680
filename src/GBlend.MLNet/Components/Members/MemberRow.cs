using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A row to score by a member: whatever is in <see cref="Features"/>.</summary>
/// <param name="schema">Its columns; label and weight, which nobody should need, have no value.</param>
/// <param name="features">The numbers of the features.</param>
internal sealed class MemberRow(DataViewSchema schema, int features) : DataViewRow
{
    private long _position = -1;

    /// <summary>The numbers, to be filled.</summary>
    internal float[] Features { get; } = new float[features];

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    /// <summary>Other numbers are in <see cref="Features"/> now.</summary>
    internal void Advance() => _position++;

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)_position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        MemberSchema.Getter<TValue>(column, static () => 0, () => Features, static () => 1);
}

namespace GBlend.MLNet;

/// <summary>Reads the rows of one modality column from a cursor, bytes as bytes and all other numbers as floats.</summary>
internal abstract class ModalityRows
{
    private readonly List<bool> _isThere = [];

    /// <summary>Reads the current row.</summary>
    /// <param name="position">The row, for messages.</param>
    /// <returns>Whether the row has the modality; else zeros were read.</returns>
    /// <exception cref="InvalidOperationException">It can't be used; the message names column and row.</exception>
    internal bool Read(long position)
    {
        bool isThere = ReadRow(position);
        _isThere.Add(isThere);
        return isThere;
    }

    /// <summary>Takes back the row that was read last.</summary>
    internal void TakeBack()
    {
        _isThere.RemoveAt(_isThere.Count - 1);
        TakeBackRow();
    }

    internal abstract RowColumn Finish();

    /// <summary>Per row whether it has the modality; <see langword="null"/> when all have.</summary>
    internal bool[]? Presence => _isThere.Contains(false) ? [.. _isThere] : null;

    private protected abstract bool ReadRow(long position);

    private protected abstract void TakeBackRow();

    /// <param name="reader">Of the column.</param>
    /// <param name="expectedRows">The rows that will come, if known.</param>
    /// <param name="missing">What happens to missing values (NaN).</param>
    /// <param name="memory">Where the rows go.</param>
    internal static ModalityRows Create(VectorReader reader, long? expectedRows, MissingValues missing, RowMemory memory) => reader.HasBytes
        ? new Bytes(reader, new(reader.Width, expectedRows, memory))
        : new Floats(reader, new(reader.Width, expectedRows, memory), missing);

    private sealed class Bytes(VectorReader reader, RowWriter<byte> rows) : ModalityRows
    {
        private protected override bool ReadRow(long position)
        {
            reader.ReadBytes(rows.Add());
            return !reader.IsEmpty;
        }

        private protected override void TakeBackRow() => rows.TakeBack();

        internal override RowColumn Finish() => rows.Finish();
    }

    private sealed class Floats(VectorReader reader, RowWriter<float> rows, MissingValues missing) : ModalityRows
    {
        private protected override bool ReadRow(long position)
        {
            var row = rows.Add();
            reader.Read(row);
            if (missing.HasFlag(MissingValues.LeaveOutModality) && (reader.IsEmpty || RowValues.AreAllMissing(row)))
            {
                row.Clear();
                return false;
            }
            RowValues.CheckForTraining(row, reader.Column, position, missing);
            return true;
        }

        private protected override void TakeBackRow() => rows.TakeBack();

        internal override RowColumn Finish() => rows.Finish();
    }
}

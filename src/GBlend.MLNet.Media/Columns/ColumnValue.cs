using Microsoft.ML;
using Microsoft.ML.Data;
using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>The value of a media column in the current row of one cursor, decoded when it is first asked for and once only.</summary>
internal abstract class ColumnValue : IDisposable
{
    /// <summary>A getter of the value.</summary>
    internal abstract Delegate Getter { get; }

    /// <summary>Decodes the row if need be, and says whether its file can be used.</summary>
    internal abstract bool IsUsable();

    public abstract void Dispose();
}

/// <inheritdoc/>
internal sealed class ColumnValue<T> : ColumnValue where T : struct
{
    private readonly DataViewRow _row;
    private readonly MediaColumn _column;
    private readonly ColumnReader<T> _reader;
    private readonly BadMediaLog _log;
    private readonly int _size;
    private long _position = -1;
    private ReadOnlyMemory<T> _value;
    private string? _problem;

    internal ColumnValue(DataViewRow row, MediaColumn column, int size, ColumnReader<T> reader, BadMediaLog log) =>
        (_row, _column, _size, _reader, _log) = (row, column, size, reader, log);

    internal override Delegate Getter => (ValueGetter<VBuffer<T>>)Get;

    internal override bool IsUsable()
    {
        Decode();
        return _problem is null;
    }

    public override void Dispose() => _reader.Dispose();

    private void Get(ref VBuffer<T> value)
    {
        Decode();
        if (_problem is not null && typeof(T) != typeof(float))
        {
            value = VBufferEditor.Create(ref value, 0).Commit();
            return;
        }
        var editor = VBufferEditor.Create(ref value, _size);
        if (_problem is null)
            _value.Span.CopyTo(editor.Values);
        else
            editor.Values.Fill((T)(object)float.NaN);
        value = editor.Commit();
    }

    /// <summary>OpenCV has one exception for what is wrong with a picture and for what is wrong with the machine.</summary>
    private ReadOnlyMemory<T> Read()
    {
        try
        {
            return _reader.Read();
        }
        catch (OpenCVException e)
        {
            throw e.Status == ErrorCode.StsNoMem
                ? new MemoryShortageException(e)
                : new BadMediaException($"OpenCV can't use its pictures ({e.Message.Trim()})");
        }
    }

    private void Decode()
    {
        if (_row.Position < 0)
            throw new InvalidOperationException("The cursor is at no row. Call MoveNext first.");
        if (_position == _row.Position)
            return;
        _log.CheckAlive();
        _position = -1;
        _problem = null;
        try
        {
            _value = Read();
            if (_reader.Damage is { } damage)
                _log.AddUsed(_column, _reader.ItemName, _row.Position, damage);
        }
        catch (BadMediaException e)
        {
            _problem = e.Message;
            _log.Add(_column, _reader.ItemName, _row.Position, _problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            throw BadMediaLog.Trouble(_column, _reader.ItemName, _row.Position, e);
        }
        _position = _row.Position;
    }
}

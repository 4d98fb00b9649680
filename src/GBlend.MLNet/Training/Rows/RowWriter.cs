using System.Runtime.InteropServices;

namespace GBlend.MLNet;

/// <summary>Takes the rows of a column one by one, in memory as long as the budget lasts and then in the file.</summary>
/// <param name="width">Elements per row.</param>
/// <param name="expectedRows">The rows that will come, if known: they then lie in one piece.</param>
/// <param name="memory">What all columns of a fit share.</param>
internal sealed class RowWriter<T>(int width, long? expectedRows, RowMemory memory)
    where T : unmanaged
{
    /// <summary>The most that is taken of the budget at once when the number of rows is not known.</summary>
    private const long SlabBytes = 64 << 20;

    /// <summary>How much is collected before it is written to the file.</summary>
    private const long StageBytes = 4 << 20;

    private const int FewestRows = 256;

    /// <summary>Rows that came in several pieces are put into one up to this size: one piece is read faster.</summary>
    private const long MergedBytes = 256 << 20;

    private static readonly int s_element = Marshal.SizeOf<T>();
    private readonly List<RowSlab<T>> _slabs = [];
    private T[] _open = [];
    private int _openRows;
    private int _capacity;
    private int _count;
    private bool _isStaging;

    private long RowBytes => (long)width * s_element;

    /// <summary>Adds a row and returns it, to be filled before the next one.</summary>
    internal Span<T> Add()
    {
        if (_openRows == _capacity)
        {
            Close();
            Open();
        }
        _count++;
        return _open.AsSpan(_openRows++ * width, width);
    }

    internal RowColumn<T> Finish()
    {
        Close();
        bool isInMemory = _slabs.All(s => s.Values is not null);
        if (_slabs.Count > 1 && isInMemory && _count * RowBytes <= MergedBytes && memory.TryTake(_count * RowBytes))
        {
            T[] all = [.. _slabs.SelectMany(s => s.Values!)];
            _slabs.Clear();
            _slabs.Add(new(0, _count, all, 0));
            memory.GiveBack(_count * RowBytes);
        }
        return new(width, [.. _slabs], isInMemory ? null : memory.File, _count);
    }

    private void Open()
    {
        (int wanted, int least) = (Wanted(), (int)Math.Clamp(SlabBytes / Math.Max(RowBytes, 1), 1, FewestRows));
        while (!_isStaging && !memory.TryTake(wanted * RowBytes))
        {
            _isStaging = wanted <= least;
            wanted = Math.Max(wanted / 2, least);
        }
        if (_isStaging)
            wanted = (int)Math.Clamp(StageBytes / Math.Max(RowBytes, 1), 1, 1 << 16);
        if (!_isStaging || _open.Length != wanted * width)
            _open = new T[checked(wanted * width)];
        (_openRows, _capacity) = (0, wanted);
    }

    private int Wanted()
    {
        long most = Array.MaxLength / Math.Max(width, 1);
        long slab = Math.Max(SlabBytes / Math.Max(RowBytes, 1), 1);
        // As many again as there are, so that pieces are few.
        long rows = expectedRows is { } expected && expected > _count ? expected - _count : Math.Clamp(_count, Math.Min(FewestRows, slab), slab);
        return (int)Math.Min(rows, most);
    }

    private void Close()
    {
        if (_openRows == 0)
            return;
        int first = _count - _openRows;
        if (_isStaging)
            _slabs.Add(new(first, _openRows, null, memory.File.Append(MemoryMarshal.AsBytes(_open.AsSpan(0, _openRows * width)))));
        else
        {
            memory.GiveBack((_capacity - _openRows) * RowBytes);
            if (_openRows < _capacity)
                Array.Resize(ref _open, _openRows * width);
            _slabs.Add(new(first, _openRows, _open, 0));
        }
        _openRows = _capacity = 0;
    }
}

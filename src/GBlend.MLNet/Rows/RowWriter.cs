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
    private InMemory? _inMemory;
    private Stage? _stage;
    private int _count;

    private long RowBytes => (long)width * s_element;

    private Piece? Open => (Piece?)_stage ?? _inMemory;

    /// <summary>Adds a row and returns it, to be filled before the next one.</summary>
    internal Span<T> Add()
    {
        if (Open is not { IsFull: false })
        {
            Close();
            OpenNext();
        }
        _count++;
        return Open!.Add();
    }

    /// <summary>Takes back the row that was added last.</summary>
    internal void TakeBack()
    {
        _count--;
        Open!.TakeBack();
    }

    internal RowColumn<T> Finish()
    {
        Close();
        bool isInMemory = _stage is null;
        if (_slabs.Count > 1 && isInMemory && _count * RowBytes <= MergedBytes && memory.TryTake(_count * RowBytes))
        {
            var all = new T[_count * width];
            foreach (var slab in _slabs)
                slab.Values!.CopyTo(all, slab.FirstRow * width);
            _slabs.Clear();
            _slabs.Add(new(0, _count, all, 0));
            memory.GiveBack(_count * RowBytes);
        }
        return new(width, [.. _slabs], isInMemory ? null : memory.File, _count);
    }

    /// <summary>Makes room for rows: in memory, or, once that is used up, in the stage, for good.</summary>
    private void OpenNext()
    {
        if (_stage is not null)
            return;
        (int wanted, int least) = (Wanted(), (int)Math.Clamp(SlabBytes / Math.Max(RowBytes, 1), 1, FewestRows));
        bool isTaken = memory.TryTake(wanted * RowBytes);
        while (!isTaken && wanted > least)
        {
            wanted = Math.Max(wanted / 2, least);
            isTaken = memory.TryTake(wanted * RowBytes);
        }
        if (isTaken)
            _inMemory = new InMemory(width, wanted);
        else
            _stage = new Stage(width, (int)Math.Clamp(StageBytes / Math.Max(RowBytes, 1), 1, 1 << 16));
    }

    private int Wanted()
    {
        long most = Array.MaxLength / Math.Max(width, 1);
        long slab = Math.Max(SlabBytes / Math.Max(RowBytes, 1), 1);
        // As many again as there are, so that pieces are few.
        long rows = expectedRows is { } expected && expected > _count ? expected - _count : Math.Clamp(_count, Math.Min(FewestRows, slab), slab);
        return (int)Math.Min(rows, most);
    }

    /// <summary>Puts the open rows where they stay.</summary>
    private void Close()
    {
        int rows = Open?.Rows ?? 0, first = _count - rows;
        if (rows > 0 && _stage is not null)
            _slabs.Add(new(first, rows, null, _stage.WriteTo(memory.File)));
        else if (_inMemory is not null)
        {
            memory.GiveBack((_inMemory.Capacity - rows) * RowBytes);
            if (rows > 0)
                _slabs.Add(new(first, rows, _inMemory.HandOver(), 0));
        }
        _inMemory = null;
    }

    /// <summary>Rows that are being collected in an array that belongs to this piece alone.</summary>
    private abstract class Piece(int width, int capacity)
    {
        protected T[] Values { get; set; } = new T[checked(capacity * width)];

        internal int Capacity { get; } = capacity;

        internal int Rows { get; private protected set; }

        internal bool IsFull => Rows == Capacity;

        protected int Used => Rows * width;

        internal Span<T> Add() => Values.AsSpan(Rows++ * width, width);

        internal void TakeBack() => Rows--;
    }

    /// <summary>A piece whose array becomes a slab. It is empty after that, so that a later write fails and can't reach the slab.</summary>
    private sealed class InMemory(int width, int capacity) : Piece(width, capacity)
    {
        internal T[] HandOver()
        {
            var (values, used) = (Values, Used);
            (Values, Rows) = ([], Capacity);
            Array.Resize(ref values, used);
            return values;
        }
    }

    /// <summary>A piece whose rows are copied to the file, again and again. Its array is never given away.</summary>
    private sealed class Stage(int width, int capacity) : Piece(width, capacity)
    {
        internal long WriteTo(SpillFile file)
        {
            long offset = file.Append(MemoryMarshal.AsBytes(Values.AsSpan(0, Used)));
            Rows = 0;
            return offset;
        }
    }
}

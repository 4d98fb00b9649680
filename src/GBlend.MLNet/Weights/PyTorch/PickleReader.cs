using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace GBlend.MLNet;

/// <summary>
/// Reads the part of Python's pickle format that state dicts use, as data. A pickle is a program for a stack machine; the few
/// instructions here make numbers, texts, lists, dicts and descriptions of tensors, and any other instruction or class is refused.
/// </summary>
/// <remarks>
/// One loop without recursion: every instruction moves forward, every allocation is charged to the budget, and what is nested deep is
/// deep in data only. Values: <see langword="null"/>, bool, long, double, string, object[] (a tuple), List (a list), and the classes of
/// PickleValues.cs.
/// </remarks>
internal sealed class PickleReader(ReadOnlyMemory<byte> content, MemoryBudget budget)
{
    private const int LongestName = 200;
    private static readonly object s_mark = new(), s_nothing = new();
    private static readonly object s_true = true, s_false = false;
    private static readonly object?[] s_emptyTuple = [];
    private static readonly object[] s_smallNumbers = [.. Enumerable.Range(0, 1024).Select(i => (object)(long)i)];
    private static readonly UTF8Encoding s_text = new(false, throwOnInvalidBytes: true);

    private readonly List<object?> _stack = [];
    private readonly List<object?> _memo = [];
    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);
    private int _deepest;

    /// <summary>Where the next pickle, or what follows the last, begins.</summary>
    internal int Position { get; private set; }

    /// <summary>The storages that the pickles read so far have named, by their keys.</summary>
    internal IReadOnlyDictionary<string, PickleStorage> Storages => _storages;

    /// <summary>Reads the pickle at <see cref="Position"/>.</summary>
    /// <exception cref="InvalidDataException">Truncated or damaged, or an instruction or class that a state dict does not need.</exception>
    internal object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            byte opcode = Byte();
            if (opcode == '.')
                break;
            Execute(opcode);
        }
        object? result = Pop();
        return _stack.Count == 0 ? result : throw Damaged("it ends with values left over");
    }

    private void Execute(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                if (Byte() is < 2 or > 5)
                    throw Damaged("a version that is not known");
                break;
            case 0x95: // FRAME: the length of what follows, for readers that buffer
                Bytes(8);
                break;
            case (byte)'(':
                Push(s_mark);
                break;
            case (byte)'0': // POP
                PopAny();
                break;
            case (byte)'1': // POP_MARK
                DropMark(MarkAt());
                break;

            case (byte)'N':
                Push(null);
                break;
            case 0x88:
                Push(s_true);
                break;
            case 0x89:
                Push(s_false);
                break;
            case (byte)'K':
                PushNumber(Byte());
                break;
            case (byte)'M':
                PushNumber(BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)));
                break;
            case (byte)'J':
                PushNumber(BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)));
                break;
            case 0x8A: // LONG1
                PushNumber(SignedNumber(Bytes(Byte())));
                break;
            case (byte)'G':
                budget.Charge(24);
                Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)));
                break;
            case (byte)'U': // SHORT_BINSTRING, as Python 2 wrote texts
            case 0x8C: // SHORT_BINUNICODE
                PushText(Byte());
                break;
            case (byte)'T': // BINSTRING
            case (byte)'X': // BINUNICODE
                PushText(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));
                break;

            case (byte)')':
                Push(s_emptyTuple);
                break;
            case 0x85:
            case 0x86:
            case 0x87:
                PushTuple(_stack.Count - (opcode - 0x84));
                break;
            case (byte)'t':
                int mark = MarkAt();
                var tuple = Tuple(mark + 1);
                DropMark(mark);
                Push(tuple);
                break;
            case (byte)']':
                budget.Charge(56);
                Push(new List<object?>());
                break;
            case (byte)'a':
                object? item = Pop();
                AddItem(Peek<List<object?>>("a list"), item);
                break;
            case (byte)'e':
                AddItems(MarkAt());
                break;
            case (byte)'}':
                PushDict();
                break;
            case (byte)'s':
                object? value = Pop(), key = Pop();
                SetItem(Peek<PickleDict>("a dict"), key, value);
                break;
            case (byte)'u':
                SetItems(MarkAt());
                break;

            case (byte)'q':
                Remember(Byte());
                break;
            case (byte)'r':
                Remember(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));
                break;
            case 0x94: // MEMOIZE
                Remember((uint)_memo.Count);
                break;
            case (byte)'h':
                Recall(Byte());
                break;
            case (byte)'j':
                Recall(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)));
                break;

            case (byte)'c': // GLOBAL
                PushClass(Line(), Line());
                break;
            case 0x93: // STACK_GLOBAL
                string name = Pop<string>("a name"), module = Pop<string>("a name");
                PushClass(module, name);
                break;
            case (byte)'Q': // BINPERSID
                Push(Storage(Pop<object?[]>("a storage")));
                break;
            case (byte)'R': // REDUCE
                var arguments = Pop<object?[]>("arguments");
                Make(Pop<PickleClass>("a class"), arguments);
                break;
            case (byte)'b': // BUILD: state_dict() hangs version numbers on its OrderedDict, which the weights don't need
                Pop<PickleDict>("a dict");
                Peek<PickleDict>("a dict");
                break;
            default:
                throw new InvalidDataException(
                    $"The weights are refused: their pickle uses the instruction 0x{opcode:X2}{(opcode is > 32 and < 127 ? $" ('{(char)opcode}')" : "")}, "
                    + $"which a state dict does not need. Nothing of it was run. {Remedy}");
        }
    }

    private const string Remedy = "Save the weights alone, torch.save(model.state_dict(), path), or as safetensors.";

    private void PushClass(string module, string name)
    {
        if (module.Length + name.Length > LongestName || PickleClass.Find($"{module}.{name}") is not { } found)
            throw new InvalidDataException($"The weights are refused: their pickle asks for '{Show.Text($"{Show.Text(module)}.{name}")}', which a state dict "
                + $"does not need. Nothing of it was run. {Remedy}");
        Push(found);
    }

    private void Make(PickleClass made, object?[] arguments)
    {
        switch (made.Role)
        {
            case PickleRole.Dict:
                PushDict();
                if (arguments is [List<object?> pairs])
                    SetPairs(Peek<PickleDict>("a dict"), pairs);
                else if (arguments.Length != 0)
                    throw Damaged("an OrderedDict is not made of pairs");
                break;
            case PickleRole.Tensor:
                if (arguments is not [PickleStorage storage, long offset, object?[] shape, object?[] strides, ..])
                    throw Damaged("a tensor is not made of storage, offset, shape and strides");
                budget.Charge(320 + 16 * (shape.Length + strides.Length));
                Push(new PickleTensor(storage, offset, Numbers(shape), Numbers(strides)));
                break;
            case PickleRole.Parameter:
                Push(arguments is [PickleTensor tensor, ..] ? tensor : throw Damaged("a parameter is not made of a tensor"));
                break;
            default:
                throw Damaged($"{made.Name} is called, which has to come from the file's data");
        }
    }

    /// <summary>The storage of a persistent id: ('storage', class, key, device, elements), and in the old format its own view, which must be none.</summary>
    private PickleStorage Storage(object?[] id)
    {
        if (id is not ["storage", PickleClass { Role: PickleRole.Storage } made, string key, string, long count, ..] || id.Length > 6 || count < 0)
            throw Damaged("it has a persistent id that is no storage");
        if (id.Length == 6 && id[5] is not null)
            throw new InvalidDataException(
                $"The weights are refused: they are of a PyTorch before 0.4, whose storages view others. Save them again with a newer one.");
        if (_storages.TryGetValue(key, out var known))
            return known.Element == made.Element && known.Count == count ? known : throw Damaged($"it has the storage '{Show.Text(key)}' in two ways");
        budget.Charge(160);
        return _storages[key] = new PickleStorage(made.Element, key, count);
    }

    private static long[] Numbers(object?[] tuple) =>
        [.. tuple.Select(n => n is long number and >= 0 ? number : throw Damaged("a shape or stride is no number from 0"))];

    private void PushDict()
    {
        budget.Charge(96);
        Push(new PickleDict());
    }

    private void SetPairs(PickleDict dict, List<object?> pairs)
    {
        foreach (object? pair in pairs)
        {
            var (key, value) = pair switch
            {
                object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                List<object?> { Count: 2 } list => (list[0], list[1]),
                _ => throw Damaged("an OrderedDict is not made of pairs"),
            };
            SetItem(dict, key, value);
        }
    }

    private void SetItems(int mark)
    {
        if (mark == 0 || _stack[mark - 1] is not PickleDict dict || (_stack.Count - mark) % 2 == 0)
            throw Damaged("it fills something that is no dict");
        for (int i = mark + 1; i < _stack.Count; i += 2)
            SetItem(dict, _stack[i], _stack[i + 1]);
        DropMark(mark);
    }

    private void SetItem(PickleDict dict, object? key, object? value)
    {
        budget.Charge(48);
        dict.Entries.Add(new(key, value));
    }

    private void AddItems(int mark)
    {
        if (mark == 0 || _stack[mark - 1] is not List<object?> list)
            throw Damaged("it fills something that is no list");
        for (int i = mark + 1; i < _stack.Count; i++)
            AddItem(list, _stack[i]);
        DropMark(mark);
    }

    private void AddItem(List<object?> list, object? item)
    {
        budget.Charge(24);
        list.Add(item);
    }

    private void PushTuple(int from)
    {
        if (from < 0 || CollectionsMarshal.AsSpan(_stack)[from..].Contains(s_mark))
            throw Damaged("it takes more values than there are");
        var tuple = Tuple(from);
        _stack.RemoveRange(from, _stack.Count - from);
        Push(tuple);
    }

    private object?[] Tuple(int from)
    {
        budget.Charge(24 + 8L * (_stack.Count - from));
        return CollectionsMarshal.AsSpan(_stack)[from..].ToArray();
    }

    private void PushText(long length)
    {
        if (length > content.Length - Position)
            throw EndsTooEarly();
        budget.Charge(2 * length + 32);
        Push(s_text.GetString(Bytes((int)length)));
    }

    private void PushNumber(long number)
    {
        if (number >= 0 && number < s_smallNumbers.Length)
            Push(s_smallNumbers[number]);
        else
        {
            budget.Charge(24);
            Push(number);
        }
    }

    /// <summary>A little-endian two's complement number.</summary>
    private static long SignedNumber(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8)
            throw Damaged("a number of more than 64 bits");
        long number = bytes.Length > 0 && (sbyte)bytes[^1] < 0 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
            number = (number << 8) | bytes[i];
        return number;
    }

    /// <summary>Picklers count their indices up, from 0 or, in Python 2, from 1. A list that grows so can't be made slow or large by chosen indices.</summary>
    private void Remember(uint index)
    {
        object? top = Pop();
        _stack.Add(top);
        if (index > _memo.Count + 1)
            throw Damaged("it remembers values out of order");
        while (_memo.Count <= index)
        {
            budget.Charge(24);
            _memo.Add(s_nothing);
        }
        _memo[(int)index] = top;
    }

    private void Recall(uint index)
    {
        if (index >= _memo.Count || _memo[(int)index] == s_nothing)
            throw Damaged("it recalls what it has not remembered");
        Push(_memo[(int)index]);
    }

    private void Push(object? value)
    {
        _stack.Add(value);
        if (_stack.Count > _deepest)
        {
            _deepest = _stack.Count;
            budget.Charge(24);
        }
    }

    private object? Pop()
    {
        object? top = PopAny();
        return top == s_mark ? throw Damaged("it takes more values than there are") : top;
    }

    private T Pop<T>(string what) => Pop() is T value ? value : throw Damaged($"it has something else where {what} should be");

    private T Peek<T>(string what) => _stack.Count > 0 && _stack[^1] is T value ? value : throw Damaged($"it has something else where {what} should be");

    private object? PopAny()
    {
        if (_stack.Count == 0)
            throw Damaged("it takes more values than there are");
        object? top = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    /// <summary>Where the last mark is; what is above it is taken off next, so that looking for marks costs no more than making the values did.</summary>
    private int MarkAt()
    {
        int mark = CollectionsMarshal.AsSpan(_stack).LastIndexOf(s_mark);
        return mark >= 0 ? mark : throw Damaged("it lacks a mark");
    }

    private void DropMark(int mark) => _stack.RemoveRange(mark, _stack.Count - mark);

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > content.Length - Position)
            throw EndsTooEarly();
        var bytes = content.Span.Slice(Position, count);
        Position += count;
        return bytes;
    }

    private string Line()
    {
        var rest = content.Span[Position..];
        int length = rest[..Math.Min(rest.Length, LongestName)].IndexOf((byte)'\n');
        if (length < 0)
            throw Damaged("a class name that does not end");
        Position += length + 1;
        budget.Charge(2 * length + 32);
        return s_text.GetString(rest[..length]);
    }

    private static InvalidDataException EndsTooEarly() => new("The weights are truncated or damaged: their pickle ends too early.");

    private static InvalidDataException Damaged(string what) =>
        new($"The weights are damaged, or no state dict: their pickle is not as PyTorch writes it, {what}.");
}

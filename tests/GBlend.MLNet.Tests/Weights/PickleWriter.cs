using System.Buffers.Binary;
using System.Text;

namespace GBlend.MLNet.Tests;

/// <summary>A storage and the views of it that a test file has.</summary>
internal sealed record TestStorage(string ClassName, string Key, int ElementSize, byte[] Bytes)
{
    internal int Count => Bytes.Length / ElementSize;
}

/// <summary>Writes the pickles of test files, instruction by instruction, as Python's pickler writes them (protocol 2).</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();
    private byte _memo;

    internal PickleWriter() => Raw(0x80, 2);

    internal byte[] ToArray() => [.. _bytes.ToArray(), (byte)'.'];

    internal PickleWriter Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    internal PickleWriter Op(char opcode) => Raw((byte)opcode);

    internal PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Op('X').Raw(LittleEndian(bytes.Length)).Raw(bytes);
    }

    internal PickleWriter Number(long number)
    {
        if (number is >= 0 and < 256)
            return Op('K').Raw((byte)number);
        if (number is >= int.MinValue and <= int.MaxValue)
            return Op('J').Raw(LittleEndian((int)number));
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8A, 8).Raw(bytes);
    }

    internal PickleWriter Class(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    internal PickleWriter Tuple(params long[] numbers)
    {
        Op('(');
        foreach (long number in numbers)
            Number(number);
        return Op('t');
    }

    internal PickleWriter Memo() => Op('q').Raw(_memo++);

    internal PickleWriter OrderedDict() => Class("collections", "OrderedDict").Op(')').Op('R');

    internal PickleWriter StorageId(TestStorage storage, bool isLegacy)
    {
        Op('(').Text("storage").Class("torch", storage.ClassName).Text(storage.Key).Text("cpu").Number(storage.Count);
        return (isLegacy ? Op('N') : this).Op('t').Op('Q');
    }

    internal PickleWriter Tensor(TestStorage storage, long offset, long[] shape, long[] strides, bool isLegacy = false) =>
        Class("torch._utils", "_rebuild_tensor_v2").Op('(').StorageId(storage, isLegacy).Number(offset).Tuple(shape).Tuple(strides).Raw(0x89).OrderedDict().Op(
            't').Op('R');

    private static byte[] LittleEndian(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}

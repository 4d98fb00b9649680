namespace GBlend.MLNet;

/// <summary>A class or function that a state dict may name. There is no other: a name in a file is looked up here and never loaded.</summary>
/// <param name="Name">Module and name, with a dot.</param>
/// <param name="Role">What it makes.</param>
/// <param name="Element">For a storage, its elements.</param>
internal sealed record PickleClass(string Name, PickleRole Role, ElementFormat Element = default)
{
    private static readonly Dictionary<string, PickleClass> s_known = new PickleClass[]
    {
        new("collections.OrderedDict", PickleRole.Dict),
        new("torch._utils._rebuild_tensor", PickleRole.Tensor),
        new("torch._utils._rebuild_tensor_v2", PickleRole.Tensor),
        new("torch._utils._rebuild_parameter", PickleRole.Parameter),
        new("torch.BoolStorage", PickleRole.Storage, ElementType.Bool),
        new("torch.ByteStorage", PickleRole.Storage, ElementType.UInt8),
        new("torch.CharStorage", PickleRole.Storage, ElementType.Int8),
        new("torch.ShortStorage", PickleRole.Storage, ElementType.Int16),
        new("torch.IntStorage", PickleRole.Storage, ElementType.Int32),
        new("torch.LongStorage", PickleRole.Storage, ElementType.Int64),
        new("torch.HalfStorage", PickleRole.Storage, ElementType.Float16),
        new("torch.BFloat16Storage", PickleRole.Storage, ElementType.BFloat16),
        new("torch.FloatStorage", PickleRole.Storage, ElementType.Float32),
        new("torch.DoubleStorage", PickleRole.Storage, ElementType.Float64),
        new("torch.ComplexFloatStorage", PickleRole.Storage, new(null, "C64", 64)),
        new("torch.ComplexDoubleStorage", PickleRole.Storage, new(null, "C128", 128)),
    }.ToDictionary(c => c.Name, StringComparer.Ordinal);

    internal static PickleClass? Find(string name) => s_known.GetValueOrDefault(name);
}

internal enum PickleRole
{
    Dict,
    Storage,
    Tensor,
    Parameter,
}

/// <summary>A dict: its entries in the order they were set. Nothing hashes or compares what a file put there.</summary>
internal sealed class PickleDict
{
    internal List<KeyValuePair<object?, object?>> Entries { get; } = [];
}

/// <summary>Elements that tensors view.</summary>
/// <param name="Element">What an element is; whole bytes.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="Count">Its elements.</param>
internal sealed record PickleStorage(ElementFormat Element, string Key, long Count)
{
    /// <summary>Bytes of an element.</summary>
    internal int ElementBytes => Element.Bits / 8;

    /// <summary>The elements, once they are found in the file.</summary>
    internal ReadOnlyMemory<byte>? Bytes { get; set; }
}

/// <summary>A view of a storage: element (i, j, ...) is at offset + i * strides[0] + j * strides[1] + ...</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

namespace GBlend.MLNet;

/// <summary>How an element lies in memory.</summary>
/// <param name="Type">What it is; <see langword="null"/> for a type that is not read here.</param>
/// <param name="Name">The name of the type, in the file where it is not read here.</param>
/// <param name="Bits">Its size.</param>
internal readonly record struct ElementFormat(ElementType? Type, string Name, int Bits)
{
    public static implicit operator ElementFormat(ElementType type) => new(type, type.ToString(), 8 * type.Size());

    /// <summary>The bytes of so many elements; <see langword="null"/> when they are beyond all memory.</summary>
    internal long? BytesOf(long count)
    {
        var bytes = ((UInt128)count * (uint)Bits + 7) / 8;
        return bytes <= long.MaxValue ? (long)bytes : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

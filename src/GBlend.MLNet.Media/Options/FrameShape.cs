namespace GBlend.MLNet;

/// <summary>
/// The size of the pictures that come out, and how pictures are brought to it: scaled by the shorter side and cut in the middle, or stretched.
/// </summary>
internal sealed record FrameShape(int Height, int Width, int Channels, int? ShortSide, bool Stretch)
{
    /// <summary>Bytes of one picture.</summary>
    internal int Size => Height * Width * Channels;

    internal void Validate()
    {
        Check.AtLeast(Height, 1);
        Check.AtLeast(Width, 1);
        if ((long)Height * Width * Channels > Array.MaxLength)
            throw new ArgumentException($"A picture of {Height} x {Width} pixels is more than one vector can hold. Take a smaller one.");
        if (ShortSide is { } side)
        {
            Check.AtLeast(side, 1, nameof(ShortSide));
            if (Stretch)
                throw new ArgumentException(
                    "ShortSide and Stretch exclude each other: the one keeps the aspect ratio, the other does not. Leave one of them out.");
        }
    }
}

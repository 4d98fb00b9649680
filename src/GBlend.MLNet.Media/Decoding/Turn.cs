using System.Buffers.Binary;
using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>How pictures must be turned to stand upright: first turned clockwise, then mirrored.</summary>
/// <param name="Quarters">Quarter turns clockwise, from 0 to 3.</param>
/// <param name="FlipsAcross">Left and right change places.</param>
/// <param name="FlipsDown">Top and bottom change places.</param>
internal readonly record struct Turn(int Quarters, bool FlipsAcross, bool FlipsDown)
{
    /// <summary>Whether width and height change places.</summary>
    internal bool IsSideways => Quarters % 2 == 1;

    /// <summary>
    /// From a display matrix: 3 x 3 numbers, which say where the axes of the stored picture are shown. Other turns than by quarters are left out.
    /// </summary>
    internal static Turn Of(ReadOnlySpan<byte> matrix)
    {
        if (matrix.Length < 36)
            return default;
        // In the stored picture x goes right and y down; (a, b) is where x goes, (c, d) where y goes.
        int a = Sign(matrix), b = Sign(matrix[4..]), c = Sign(matrix[12..]), d = Sign(matrix[16..]);
        return (a, b, c, d) switch
        {
            (-1, 0, 0, -1) => new(2, false, false),
            (-1, 0, 0, 1) => new(0, true, false),
            (1, 0, 0, -1) => new(0, false, true),
            (0, 1, -1, 0) => new(1, false, false),
            (0, -1, 1, 0) => new(3, false, false),
            (0, 1, 1, 0) => new(1, true, false),
            (0, -1, -1, 0) => new(1, false, true),
            _ => default,
        };
    }

    /// <summary>Turns a picture.</summary>
    /// <param name="picture">As it is stored.</param>
    /// <param name="upright">Gets it as it is shown.</param>
    /// <returns>The upright picture.</returns>
    internal Mat Apply(Mat picture, Mat upright)
    {
        if (Quarters > 0)
            Cv2.Rotate(picture, upright,
                Quarters switch { 1 => RotateFlags.Rotate90Clockwise, 2 => RotateFlags.Rotate180, _ => RotateFlags.Rotate90Counterclockwise });
        else
            picture.CopyTo(upright);
        if (FlipsAcross)
            Cv2.Flip(upright, upright, FlipMode.Y);
        if (FlipsDown)
            Cv2.Flip(upright, upright, FlipMode.X);
        return upright;
    }

    /// <summary>Fixed point numbers with 16 bits behind the point; half a unit is as good as none.</summary>
    private static int Sign(ReadOnlySpan<byte> number) => BitConverter.IsLittleEndian
        ? Math.Sign(BinaryPrimitives.ReadInt32LittleEndian(number) / (1 << 15))
        : Math.Sign(BinaryPrimitives.ReadInt32BigEndian(number) / (1 << 15));
}

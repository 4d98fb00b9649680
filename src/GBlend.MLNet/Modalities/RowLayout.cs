namespace GBlend.MLNet;

/// <summary>
/// How the stored row of a modality becomes the row that its encoder reads: a row may hold several views of one thing (clips of a video,
/// crops of an image), and be longer, higher and wider than what is read of it.
/// </summary>
/// <param name="Stored">The dimensions of the stored row, the views first where there are several.</param>
/// <param name="Shape">The dimensions that the encoder reads.</param>
/// <param name="Views">Views per row.</param>
/// <param name="Full">Frames, rows and columns of a stored view; 1 for what it has not.</param>
/// <param name="Cut">The same of what is read.</param>
/// <param name="Depth">Elements at one place: channels, bands, or everything of a vector.</param>
/// <param name="Shift">Pixels by which what is read may lie beyond the edge while training.</param>
/// <param name="ScoringCrops">Places that are read when scoring: 1, or 3 along the longer free side.</param>
internal sealed record RowLayout(
    IReadOnlyList<int> Stored, IReadOnlyList<int> Shape, int Views, Extent Full, Extent Cut, int Depth, int Shift = 0, int ScoringCrops = 1)
{
    /// <summary>Elements of a stored row.</summary>
    internal int StoredSize { get; } = Product(Stored);

    /// <summary>Elements of what is read of it.</summary>
    internal int Size { get; } = Product(Shape);

    /// <summary>Whether the stored row is read as it is.</summary>
    internal bool IsPlain => StoredSize == Size && Shift == 0;

    /// <summary>What a row's scores are the mean of.</summary>
    internal int ScoringPasses => Views * ScoringCrops;

    /// <summary>Rows that are read as they are.</summary>
    internal static RowLayout Plain(IReadOnlyList<int> shape) => new(shape, shape, 1, new(1, 1, 1), new(1, 1, 1), Product(shape));

    /// <summary>The layout of a column.</summary>
    /// <exception cref="ArgumentException">The augmentation does not fit the column; the message says why.</exception>
    internal static RowLayout For(ModalityKind kind, IReadOnlyList<int> stored, AugmentationSettings augmentation)
    {
        augmentation.CheckKind(kind);
        int rank = kind switch { ModalityKind.Image => 3, ModalityKind.Video => 4, ModalityKind.Audio => 2, _ => -1 };
        bool hasViews = stored.Count == rank + 1;
        if (stored.Count != rank && !hasViews)
        {
            return augmentation.ChangesPlaces
                ? throw new ArgumentException(
                    $"Its rows have the shape [{string.Join(" x ", stored)}], which has no place to crop or shift. Give the column's type its dimensions.")
                : Plain(stored);
        }
        int[] inner = [.. hasViews ? stored.Skip(1) : stored];
        Extent full = kind switch
        {
            ModalityKind.Image => new(1, inner[0], inner[1]),
            ModalityKind.Video => new(inner[0], inner[1], inner[2]),
            _ => new(inner[0], 1, 1),
        };
        var cut = new Extent(augmentation.Frames ?? full.Frames, augmentation.CropHeight ?? full.Height, augmentation.CropWidth ?? full.Width);
        if (cut.Frames > full.Frames)
            throw new ArgumentException($"TemporalJitter takes {cut.Frames} frames, but its rows have only {full.Frames}. Take fewer, or load longer clips.");
        if (cut.Height > full.Height || cut.Width > full.Width)
            throw new ArgumentException($"RandomCrop takes {cut.Height} x {cut.Width} pixels, but its rows have only {full.Height} x {full.Width}. Take a "
                + $"smaller crop, or load larger frames.");
        int[] shape = kind switch
        {
            ModalityKind.Image => [cut.Height, cut.Width, inner[2]],
            ModalityKind.Video => [cut.Frames, cut.Height, cut.Width, inner[3]],
            _ => [cut.Frames, inner[1]],
        };
        return new(stored, shape, hasViews ? stored[0] : 1, full, cut, inner[^1], augmentation.Shift, augmentation.ScoringCrops);
    }

    /// <summary>Where a row is read in training.</summary>
    internal RowPlace Place(in RowDraw draw) => new(
        Pick(draw.View, Views - 1),
        Pick(draw.Time, Full.Frames - Cut.Frames),
        Pick(draw.Vertical, Full.Height - Cut.Height + 2 * Shift) - Shift,
        Pick(draw.Horizontal, Full.Width - Cut.Width + 2 * Shift) - Shift);

    /// <summary>Where a row is read for losses: the middle of everything.</summary>
    internal RowPlace Middle => new(Views / 2, (Full.Frames - Cut.Frames) / 2, (Full.Height - Cut.Height) / 2, (Full.Width - Cut.Width) / 2);

    /// <summary>Where a row is read in one of the passes of scoring. A modality with one view, or one crop, gives it to every pass.</summary>
    internal RowPlace PlaceOf(int view, int crop)
    {
        var middle = Middle with { View = Math.Min(view, Views - 1) };
        if (ScoringCrops == 1)
            return middle;
        int down = Full.Height - Cut.Height, across = Full.Width - Cut.Width;
        return across >= down ? middle with { X = across * crop / (ScoringCrops - 1) } : middle with { Y = down * crop / (ScoringCrops - 1) };
    }

    /// <summary>The stretch of a stored row that has everything there is at a place, so that no more must be read.</summary>
    internal (int First, int Count) Stretch(RowPlace place)
    {
        if (IsPlain)
            return (0, StoredSize);
        int frame = Full.Height * Full.Width * Depth;
        return ((place.View * Full.Frames + place.Frame) * frame, Cut.Frames * frame);
    }

    /// <summary>Copies what is at a place out of its <see cref="Stretch"/>.</summary>
    /// <param name="stretch">Bytes of the stretch.</param>
    /// <param name="place">The place.</param>
    /// <param name="element">Bytes per element.</param>
    /// <param name="padding">The bytes of one pixel, for what lies beyond the edge; empty for zeros.</param>
    /// <param name="destination">Receives <see cref="Size"/> elements.</param>
    internal void Copy(ReadOnlySpan<byte> stretch, RowPlace place, int element, ReadOnlySpan<byte> padding, Span<byte> destination)
    {
        if (Cut.Height == Full.Height && Cut.Width == Full.Width && place is { X: 0, Y: 0 })
        {
            stretch.CopyTo(destination);
            return;
        }
        int pixel = Depth * element, from = Math.Max(place.X, 0), to = Math.Min(place.X + Cut.Width, Full.Width);
        if (place.X < 0 || place.Y < 0 || place.X + Cut.Width > Full.Width || place.Y + Cut.Height > Full.Height)
            Pad(destination, padding);
        for (int t = 0; t < Cut.Frames; t++)
        {
            for (int y = Math.Max(-place.Y, 0); y < Cut.Height && place.Y + y < Full.Height; y++)
            {
                int source = ((t * Full.Height + place.Y + y) * Full.Width + from) * pixel;
                int target = ((t * Cut.Height + y) * Cut.Width + from - place.X) * pixel;
                stretch.Slice(source, (to - from) * pixel).CopyTo(destination[target..]);
            }
        }
    }

    private static void Pad(Span<byte> destination, ReadOnlySpan<byte> pixel)
    {
        if (pixel.IsEmpty)
        {
            destination.Clear();
            return;
        }
        for (int i = 0; i < destination.Length; i += pixel.Length)
            pixel.CopyTo(destination[i..]);
    }

    private static int Pick(double draw, int most) => (int)(draw * (most + 1));

    private static int Product(IReadOnlyList<int> shape) => shape.Aggregate(1, (product, size) => checked(product * size));
}

/// <summary>Frames, height and width.</summary>
internal readonly record struct Extent(int Frames, int Height, int Width);

/// <summary>Which view of a row, and where in it.</summary>
internal readonly record struct RowPlace(int View, int Frame, int Y, int X);

using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A modality as the network sees it.</summary>
/// <param name="Column">Its column, which names its branch.</param>
/// <param name="Shape">The shape of what the encoder reads of one row.</param>
/// <param name="Encoder">Its encoder.</param>
/// <param name="Fill">What replaces missing values, per element of a row; <see langword="null"/> when they are refused.</param>
internal sealed record ModalitySpec(string Column, IReadOnlyList<int> Shape, Encoder Encoder, float[]? Fill)
{
    private readonly RowLayout? _layout;

    /// <summary>Where what the encoder reads is in a row; by default the row is read as it is.</summary>
    internal RowLayout Layout
    {
        get => _layout ?? RowLayout.Plain(Shape);
        private init => _layout = value;
    }

    internal ModalityKind Kind { get; private init; }

    /// <summary>The type of the column's numbers; <see langword="null"/> where a model's file does not say it.</summary>
    internal Type? Item { get; init; }

    internal AugmentationSettings Augmentation { get; private init; } = AugmentationSettings.None;

    /// <summary>What is done to the values before the encoder sees them.</summary>
    internal InputScaling Scaling { get; init; } = InputScaling.None;

    /// <summary>The elements of a row of the column.</summary>
    internal int Width => Layout.StoredSize;

    /// <summary>The weights the encoder starts from, by parameter name; <see langword="null"/> for a random start.</summary>
    internal IReadOnlyDictionary<string, float[]>? Start { get; init; }

    internal bool IsFrozen { get; init; }

    /// <summary>The share of training rows from which the modality is hidden.</summary>
    internal double Dropout { get; init; }

    /// <summary>Whether joint branches learn a vector that they read in place of the modality where a row lacks it.</summary>
    internal bool HasPlaceholder { get; init; }

    /// <summary>A modality of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="kind">What its dimensions mean.</param>
    /// <param name="stored">The dimensions of its type.</param>
    /// <param name="encoder">Its encoder.</param>
    /// <param name="augmentation">How its rows change while training, and what part of them is read.</param>
    /// <exception cref="ArgumentException">The augmentation does not fit the column; the message names it.</exception>
    internal static ModalitySpec Create(string column, ModalityKind kind, IReadOnlyList<int> stored, Encoder encoder, AugmentationSettings augmentation)
    {
        try
        {
            var layout = RowLayout.For(kind, stored, augmentation);
            return new(column, layout.Shape, encoder, null) { Kind = kind, Augmentation = augmentation, Layout = layout };
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException($"Modality '{column}': {e.Message}", e);
        }
    }

    /// <summary>The bytes of a pixel beyond the edge: the mean that is subtracted later.</summary>
    internal byte[] Padding(ScalarType type)
    {
        var mean = (Encoder.Scaling ?? Scaling).Mean;
        float Of(int channel) => mean.Count == 1 ? mean[0] : mean[channel];
        var channels = Enumerable.Range(0, Layout.Depth);
        return type == ScalarType.Byte
            ? [.. channels.Select(c => (byte)Math.Clamp(MathF.Round(Of(c)), 0, 255))]
            : [.. channels.SelectMany(c => BitConverter.GetBytes(Of(c)))];
    }
}

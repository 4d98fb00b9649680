namespace AudioVisual;

/// <summary>What the columns of a manifest are called.</summary>
internal sealed record ManifestColumns
{
    public string Label { get; init; } = "Label";

    public string Split { get; init; } = "Split";

    public string Video { get; init; } = "VideoPath";

    public string Audio { get; init; } = "AudioPath";

    public string Image { get; init; } = "ImagePath";

    public string Text { get; init; } = "Text";

    /// <summary>The column that becomes <see cref="MediaRow.Key"/>, if any.</summary>
    public string? Key { get; init; }
}

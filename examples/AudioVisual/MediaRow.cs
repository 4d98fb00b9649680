namespace AudioVisual;

/// <summary>One example: a label and where its media are.</summary>
internal sealed class MediaRow
{
    public string Label { get; init; } = "";

    /// <summary>Whom or what the row comes from; empty when that plays no part.</summary>
    public string Key { get; init; } = "";

    public bool IsHeldOut { get; init; }

    public string VideoPath { get; init; } = "";

    public string AudioPath { get; init; } = "";

    public string ImagePath { get; init; } = "";

    public string Words { get; init; } = "";
}

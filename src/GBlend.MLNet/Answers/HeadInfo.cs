namespace GBlend.MLNet;

/// <summary>A branch as the answer sees it.</summary>
/// <param name="Name">The branch's name in the history.</param>
/// <param name="Modality">The modality that the head reads; <see langword="null"/> for a joint head, which reads all.</param>
internal sealed record HeadInfo(string Name, int? Modality)
{
    /// <summary>Whether the head reads all modalities.</summary>
    internal bool IsJoint => Modality is null;
}

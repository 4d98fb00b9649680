namespace GBlend.MLNet;

/// <summary>A branch as the answer sees it.</summary>
/// <param name="Name">Its name in the history.</param>
/// <param name="Modality">The one it reads; <see langword="null"/> for a joint head, which reads all.</param>
internal sealed record HeadInfo(string Name, int? Modality)
{
    internal bool IsJoint => Modality is null;
}

namespace GBlend.MLNet;

/// <summary>A branch as the answer sees it.</summary>
/// <param name="Name">Its name in the history.</param>
/// <param name="IsJoint">Whether it reads all modalities.</param>
internal sealed record HeadInfo(string Name, bool IsJoint);

namespace GBlend.MLNet;

/// <summary>A branch, or a member of the pool that is not a part of a network, as the answer sees it.</summary>
/// <param name="Name">The branch's name in the history.</param>
/// <param name="Modality">The modality that the head reads; <see langword="null"/> for a joint head, which reads all, and for a member.</param>
internal sealed record HeadInfo(string Name, int? Modality)
{
    /// <summary>The modalities that a member reads; <see langword="null"/> for the heads of networks.</summary>
    internal IReadOnlyList<int>? Reads { get; init; }

    /// <summary>Whether it is no part of a network.</summary>
    internal bool IsMember => Reads is not null;

    /// <summary>Whether the head is that of a network and reads all modalities.</summary>
    internal bool IsJoint => Modality is null && !IsMember;

    /// <summary>Whether the head can read a row that lacks some modalities: it must have all that the head reads.</summary>
    /// <param name="isAbsent">Per modality.</param>
    internal bool CanRead(Func<int, bool> isAbsent) => Modality is { } only ? !isAbsent(only) : IsMember && !Reads!.Any(isAbsent);
}

namespace GBlend.MLNet;

/// <summary>Media that can't be used; the message is the reason, a part of a sentence. Where it is caught, file and row are known.</summary>
internal sealed class BadMediaException(string reason) : Exception(reason);

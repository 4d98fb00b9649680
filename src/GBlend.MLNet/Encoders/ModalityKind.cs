namespace GBlend.MLNet;

/// <summary>What the dimensions of a modality's rows mean.</summary>
internal enum ModalityKind
{
    /// <summary>Nothing in particular.</summary>
    Vector,

    /// <summary>Height x width x channels.</summary>
    Image,

    /// <summary>Frames x height x width x channels.</summary>
    Video,

    /// <summary>Frames x bands.</summary>
    Audio,

    /// <summary>Token ids.</summary>
    Text,
}

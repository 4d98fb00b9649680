using System.Text.Json.Serialization;

namespace GBlend.MLNet;

/// <summary>The settings that all transforms on media have.</summary>
public abstract class MediaOptions
{
    private protected MediaOptions()
    {
    }

    /// <summary>The treatment of a row whose file can't be used. Default <see cref="OnBadMedia.Fail"/>.</summary>
    public OnBadMedia OnBadMedia { get; set; }

    /// <summary>
    /// The place where decoded rows are kept, so that the next pass over the data need not decode. By default there is none. It is not saved with a model.
    /// </summary>
    [JsonIgnore]
    public MediaCache? Cache { get; set; }

    internal virtual void Validate()
    {
        if (!Enum.IsDefined(OnBadMedia))
            throw new ArgumentOutOfRangeException(nameof(OnBadMedia), OnBadMedia, "OnBadMedia must be Fail, Skip or Missing.");
    }

    /// <summary>The same settings in an object of their own: what the user changes later does not reach a transform.</summary>
    internal virtual MediaOptions Copy() => (MediaOptions)MemberwiseClone();
}

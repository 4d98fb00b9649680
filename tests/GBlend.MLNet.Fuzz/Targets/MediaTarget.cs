using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Fuzz;

/// <summary>Media files: all steps and both infos read each, whatever it is, as a file and in memory.</summary>
internal sealed class MediaTarget : Target
{
    /// <summary>Names of columns.</summary>
    private const string Input = "Input", Output = "Output";

    private const string VideoClip = "clip";

    /// <summary>Bytes before which nothing of a FLAC file has a checksum: its mark and what it says of its stream.</summary>
    private const int FlacHead = 8192;

    private static readonly MediaLimits s_limits = new()
    {
        MaxImagePixels = 1_000_000,
        MaxFramePixels = 1_000_000,
        MaxSeconds = 600,
        MaxSamples = 100_000_000,
        MaxDecodedPixels = 300_000_000,
    };

    private readonly MLContext _ml = new(1);
    private readonly Dictionary<string, Reading> _right = [];

    private delegate MediaEstimator Make(bool tolerates);

    internal override string Name => "media";

    internal override int Megabytes => 256;

    internal override void WriteSeeds(string folder, int most) => MediaSeeds.Write(folder, most);

    internal override bool Read(Mutant mutant, string path)
    {
        bool isRead = false;
        var inFile = _ml.Data.LoadFromEnumerable([new PathRow { Input = path }]);
        var inMemory = _ml.Data.LoadFromEnumerable([new ContentRow { Input = mutant.Content }]);
        foreach (var (name, make) in Steps())
        {
            var strict = Values(make(false), inFile);
            isRead |= strict.Values is not null;
            if (!strict.IsLike(Values(make(false), inMemory)))
                throw new FindingException("another answer", $"{name}: the file and its content in memory give different rows");
            // Some packets that are no sound are passed over in any case, and the sound of a clip follows the clip's frames, whose damage the clip tells.
            if (strict.Values is not null && name == VideoClip && Values(make(true), inMemory) is { IsDamaged: false } tolerant && !strict.IsLike(tolerant))
                throw new FindingException("another answer", $"{name}: a file without damage gives another row where damage is tolerated {tolerant.Refusal}");
            if (strict.Values is not null && HasChecksums(name, mutant)
                && !new[] { mutant.Seed, mutant.Other }.Any(seed => strict.IsLike(Right(name, make, seed))))
                throw new FindingException("another answer where a checksum should refuse", name);
        }
        return isRead | Info(() => VideoInfo.Read(path, s_limits)) | Info(() => SoundInfo.Read(path, limits: s_limits));
    }

    private static VideoClipOptions Clip(bool tolerates) => new()
    {
        FrameCount = 4,
        FrameStride = 2,
        Height = 24,
        Width = 32,
        ClipsPerVideo = 2,
        Position = ClipPosition.Even,
        Limits = s_limits,
        TolerateDamage = tolerates,
    };

    private static LogMelOptions Sound(bool tolerates, VideoClipOptions? clip) => new()
    {
        FrameCount = 20,
        ClipsPerFile = clip is null ? 2 : 1,
        Position = clip is null ? ClipPosition.Even : ClipPosition.Center,
        AlignWith = clip,
        Limits = s_limits,
        TolerateDamage = tolerates,
    };

    private IEnumerable<(string Name, Make Make)> Steps()
    {
        yield return (VideoClip, tolerates => _ml.Transforms.LoadVideoClip(Output, Input, Clip(tolerates)));
        yield return ("sound", tolerates => _ml.Transforms.LoadAudioLogMel(Output, Input, Sound(tolerates, null)));
        yield return ("sound of the clip", tolerates => _ml.Transforms.LoadAudioLogMel(Output, Input, Sound(tolerates, Clip(tolerates))));
        yield return ("image", _ => _ml.Transforms.LoadImage(Output, Input, new() { Height = 24, Width = 32, Limits = s_limits }));
    }

    /// <summary>Whether all that makes the row has checksums, so that a change of it can't go unseen. Text and colors of a PNG have them too.</summary>
    private static bool HasChecksums(string step, Mutant mutant) => step switch
    {
        "image" => mutant.Seed.Extension == ".png" && mutant.Content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']),
        "sound" => mutant.Seed.Extension == ".flac" && mutant.Content.AsSpan().StartsWith(mutant.Seed.Content.AsSpan(0, FlacHead)),
        _ => false,
    };

    private Reading Right(string name, Make make, Seed seed)
    {
        string key = name + seed.Name;
        if (!_right.TryGetValue(key, out var right))
            _right[key] = right = Values(make(false), _ml.Data.LoadFromEnumerable([new ContentRow { Input = seed.Content }]));
        return right;
    }

    private static bool Info<T>(Func<T> read)
    {
        try
        {
            return read() is not null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>The values of the row, or what it was refused for.</summary>
    private static Reading Values(MediaEstimator step, IDataView data)
    {
        try
        {
            var transformer = step.Fit(data);
            var rows = transformer.Transform(data);
            var type = (VectorDataViewType)rows.Schema[Output].Type;
            byte[] values;
            if (type.ItemType.RawType == typeof(float))
            {
                float[] numbers = rows.GetColumn<float[]>(Output).Single();
                if (!numbers.All(float.IsFinite))
                    throw new FindingException("another answer", "a row has values that are no numbers");
                values = MemoryMarshal.AsBytes<float>(numbers).ToArray();
            }
            else
                values = rows.GetColumn<byte[]>(Output).Single();
            return values.Length == type.Size * (type.ItemType.RawType == typeof(float) ? 4 : 1)
                ? new(values, "", transformer.BadFiles.Count > 0)
                : throw new FindingException("another answer", $"a row has {values.Length} bytes");
        }
        catch (InvalidDataException e)
        {
            return new(null, e.Message, false);
        }
    }

    private sealed record Reading(byte[]? Values, string Refusal, bool IsDamaged)
    {
        internal bool IsLike(Reading other) => Values is null ? other.Values is null : other.Values is not null && Values.AsSpan().SequenceEqual(other.Values);
    }

    private sealed class PathRow
    {
        public string Input { get; set; } = "";
    }

    private sealed class ContentRow
    {
        [VectorType]
        public byte[] Input { get; set; } = [];
    }
}

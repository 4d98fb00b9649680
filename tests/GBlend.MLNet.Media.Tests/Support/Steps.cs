using System.Reflection;
using Microsoft.ML;

namespace GBlend.MLNet.Media.Tests;

/// <summary>
/// The media steps, found by reflection: all methods of the catalog that make one. A new step is tested as soon as it is there; until it is told here
/// how to make it and of what, the tests that ask for it fail.
/// </summary>
internal static class Steps
{
    internal static TheoryData<string> Names =>
        [.. typeof(MediaCatalogExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(MediaEstimator)).Select(method => method.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The kinds of columns that there are in the library.</summary>
    internal static IReadOnlyList<Type> Columns =>
        [.. typeof(MediaColumn).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(MediaColumn)) && !type.IsAbstract)];

    /// <summary>The column that a step reads in the tests.</summary>
    internal static string InputOf(string step) => step == nameof(MediaCatalogExtensions.OpticalFlow) ? "Clip" : "Path";

    /// <summary>The step that makes the column <c>Out</c>.</summary>
    internal static MediaEstimator Make(MLContext ml, string step, MediaCache? cache = null, OnBadMedia onBad = OnBadMedia.Fail) => step switch
    {
        nameof(MediaCatalogExtensions.LoadVideoClip) => ml.Transforms.LoadVideoClip("Out", "Path", Clip(cache, onBad)),
        nameof(MediaCatalogExtensions.LoadAudioLogMel) => ml.Transforms.LoadAudioLogMel(
            "Out", "Path", new() { AlignWith = Clip(), FrameCount = 20, Cache = cache, OnBadMedia = onBad, Spectrum = LogMelSpectrum.Slaney }),
        nameof(MediaCatalogExtensions.LoadImage) =>
            ml.Transforms.LoadImage("Out", "Path", new() { Height = 10, Width = 12, Cache = cache, OnBadMedia = onBad }),
        nameof(MediaCatalogExtensions.OpticalFlow) => ml.Transforms.OpticalFlow("Out", "Clip", new() { Cache = cache, OnBadMedia = onBad }),
        // Long enough for a path whose folder makes many tokens.
        nameof(MediaCatalogExtensions.TokenIds) => ml.Transforms.TokenIds("Out", "Path", new() { Length = 100 }),
        _ => throw new InvalidOperationException($"Tell the tests how to make {step}."),
    };

    /// <summary>Rows of paths with what the step reads; no file is looked at before its row is read.</summary>
    internal static IDataView Data(MLContext ml, string step, params string[] paths)
    {
        var view = ml.Paths(paths);
        return InputOf(step) == "Clip" ? ml.Transforms.LoadVideoClip("Clip", "Path", Clip(onBad: OnBadMedia.Missing)).Fit(view).Transform(view) : view;
    }

    /// <summary>Files of the kind that the step reads, each with other contents.</summary>
    internal static string[] Files(TestMedia media, string step, int count) => [.. Enumerable.Range(0, count).Select(i => step switch
    {
        nameof(MediaCatalogExtensions.LoadImage) => Picture(media, $"{i}.png", i),
        nameof(MediaCatalogExtensions.LoadAudioLogMel) when !File.Exists(media.PathTo($"{i}.mkv")) =>
            media.VideoWithSound($"{i}.mkv", 12 + i, TestMedia.Tone(300 + 200 * i, 1), 16000),
        nameof(MediaCatalogExtensions.LoadAudioLogMel) or nameof(MediaCatalogExtensions.TokenIds) => media.PathTo($"{i}.mkv"),
        _ => media.Video($"{i}.mkv", 12 + i),
    })];

    private static VideoClipOptions Clip(MediaCache? cache = null, OnBadMedia onBad = OnBadMedia.Fail) =>
        new() { FrameCount = 3, FrameStride = 1, Height = 24, Width = 32, ClipsPerVideo = 2, Position = ClipPosition.Even, Cache = cache, OnBadMedia = onBad };

    private static string Picture(TestMedia media, string name, int seed)
    {
        using var picture = new OpenCvSharp.Mat(20, 24, OpenCvSharp.MatType.CV_8UC3, new OpenCvSharp.Scalar(seed * 20, 0, 255 - seed * 20));
        OpenCvSharp.Cv2.ImWrite(media.PathTo(name), picture);
        return media.PathTo(name);
    }
}

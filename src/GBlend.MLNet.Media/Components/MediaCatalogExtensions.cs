using GBlend.MLNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Steps that make vectors of media files, from the catalog of an <see cref="MLContext"/>.</summary>
public static class MediaCatalogExtensions
{
    /// <summary>Reads clips of videos: frames x height x width x channels bytes, red, green and blue.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column that is made.</param>
    /// <param name="inputColumnName">Paths (text), or the files themselves (vectors of bytes, of any length). Default: the output column's name.</param>
    /// <param name="options">The settings. Default: 16 frames of 112 x 112, every second frame, from the middle.</param>
    /// <returns>The step; with several clips for each video the column has one more dimension, the first, of clips.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <remarks>
    /// FFmpeg's libraries decode the files, in this process. Every frame is accounted for: a file that ends before a frame that a clip needs is bad, and
    /// <see cref="MediaOptions.OnBadMedia"/> says what happens. Transport streams and videos of a variable rate are read in order and counted.
    /// </remarks>
    /// <example>
    /// <code>
    /// var pipeline = ml.Transforms.LoadVideoClip("Clip", "VideoPath", new() { FrameCount = 16, Height = 112, Width = 112 })
    ///     .Append(ml.Transforms.LoadAudioLogMel("LogMel", "VideoPath", new() { AlignWith = new() { FrameCount = 16 } }));
    /// </code>
    /// </example>
    public static MediaEstimator LoadVideoClip(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, VideoClipOptions? options = null) =>
        Create(catalog, options ?? new(), o => new VideoClipColumn(outputColumnName, inputColumnName ?? outputColumnName, o));

    /// <summary>Reads sound as log-mel spectrograms: frames x bands floats.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column that is made.</param>
    /// <param name="inputColumnName">
    /// Paths (text), or the files themselves (vectors of bytes, of any length): sound files, or videos whose own sound is read. Default: the output
    /// column's name.
    /// </param>
    /// <param name="options">The settings. Default: 100 frames of 40 bands, one second from the middle, as in the paper's official code.</param>
    /// <returns>The step; with several clips for each file the column has one more dimension, the first, of clips.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <remarks>
    /// Wave files are read directly; all others are decoded by FFmpeg's libraries, in this process. The channels' mean is resampled to the
    /// spectrum's rate. Where the sound is shorter than the spectrogram, silence follows it.
    /// </remarks>
    public static MediaEstimator LoadAudioLogMel(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, LogMelOptions? options = null) =>
        Create(catalog, options ?? new(), o => new LogMelColumn(outputColumnName, inputColumnName ?? outputColumnName, o));

    /// <summary>Reads images: height x width x channels bytes, red, green and blue.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column that is made.</param>
    /// <param name="inputColumnName">
    /// Paths (text), the files themselves (vectors of bytes, of any length), or ML.NET's images (<c>MLImage</c>). Default: the output column's name.
    /// </param>
    /// <param name="options">The settings. Default: 224 x 224, scaled by the shorter side and cut in the middle.</param>
    /// <returns>The step.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <remarks>
    /// The EXIF orientation of photographs is honored. <c>ml.Transforms.ExtractPixels</c> of ML.NET 5.0.1 does not work together with SkiaSharp 3; this
    /// does.
    /// </remarks>
    public static MediaEstimator LoadImage(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, ImageOptions? options = null) =>
        Create(catalog, options ?? new(), o => new ImageColumn(outputColumnName, inputColumnName ?? outputColumnName, o));

    /// <summary>Makes optical flow of clips: frames - 1 x height x width x 2 bytes, first the motion across, then down.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column that is made.</param>
    /// <param name="inputColumnName">Clips as <see cref="LoadVideoClip"/> makes them.</param>
    /// <param name="options">The settings. Default: Farneback's method, motion of up to 20 pixels, no motion is 128.</param>
    /// <returns>The step.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    public static MediaEstimator OpticalFlow(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, OpticalFlowOptions? options = null) =>
        Create(catalog, options ?? new(), o => new OpticalFlowColumn(outputColumnName, inputColumnName, o));

    /// <summary>Makes token ids of texts by byte pair encoding, for text encoders.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column that is made: 32-bit ids from 1, with 0 at the end of short texts.</param>
    /// <param name="inputColumnName">Texts. Default: the output column's name.</param>
    /// <param name="options">The settings. Default: 64 ids a row, with a vocabulary that is learned from the column when the pipeline is fitted.</param>
    /// <returns>The step. A fitted one holds its vocabulary, and so does a saved model.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <exception cref="InvalidDataException">A vocabulary file can't be understood.</exception>
    /// <exception cref="IOException">A vocabulary file can't be read.</exception>
    public static MediaEstimator TokenIds(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, TokenIdOptions? options = null)
    {
        options ??= new();
        options.Validate();
        return Create(catalog, TokenIdSettings.From(options), o => new TokenIdColumn(outputColumnName, inputColumnName ?? outputColumnName, o));
    }

    private static MediaEstimator Create<T>(TransformsCatalog catalog, T options, Func<T, MediaColumn> column) where T : MediaOptions
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var own = (T)options.Copy();
        own.Validate();
        return new MediaEstimator(catalog.GetEnvironment(), column(own));
    }
}

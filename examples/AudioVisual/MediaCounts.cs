using GBlend.MLNet;
using Microsoft.ML;

namespace AudioVisual;

/// <summary>Counts what is decoded, so that nothing is lost silently. Several cursors may count side by side.</summary>
internal sealed class MediaCounts(MediaPlan plan)
{
    private readonly Lock _lock = new();
    private double _sum, _squares;
    private long _values;

    /// <summary>Rows read.</summary>
    public int Rows { get; private set; }

    /// <summary>Frames in the videos.</summary>
    public long Frames { get; private set; }

    /// <summary>Frames that clips took of them.</summary>
    public long ClipFrames { get; private set; }

    /// <summary>Samples in the sounds, at the rate of the spectrum.</summary>
    public long Samples { get; private set; }

    /// <summary>Seconds of video.</summary>
    public double VideoSeconds { get; private set; }

    /// <summary>Files that could not be used.</summary>
    public IReadOnlyList<BadMediaFile> Bad { get; set; } = [];

    /// <summary>Mean and standard deviation of the spectrograms of rows that are trained on.</summary>
    public (float Mean, float Deviation) LogMelScale => _values == 0
        ? (0, 1)
        : ((float)(_sum / _values), (float)Math.Max(1e-3, Math.Sqrt(Math.Max(0, _squares / _values - Math.Pow(_sum / _values, 2)))));

    /// <summary>Something that reads and counts the current row of a cursor.</summary>
    internal Action Reader(DataViewRow row, bool isTraining)
    {
        List<Action> media = [];
        if (plan.Clip is { } clip)
        {
            var path = row.Text(nameof(MediaRow.VideoPath));
            var pixels = row.Values<byte>(MediaPlan.Video);
            media.Add(() =>
            {
                if (pixels().Length == 0)
                    return;
                var info = VideoInfo.Read(path());
                lock (_lock)
                {
                    Frames += info.Frames;
                    ClipFrames += clip.FrameCount * clip.ClipsPerVideo;
                    VideoSeconds += info.Seconds;
                }
            });
        }
        if (plan.LogMel is { } logMel)
        {
            var path = row.Text(logMel.AlignWith is null ? nameof(MediaRow.AudioPath) : nameof(MediaRow.VideoPath));
            var spectrogram = row.Values<float>(MediaPlan.Audio);
            var heldOut = row.Value<bool>(nameof(MediaRow.IsHeldOut));
            media.Add(() =>
            {
                var values = spectrogram();
                if (values.Length == 0 || float.IsNaN(values[0]))
                    return;
                long samples = SoundInfo.Read(path(), logMel.Spectrum.SampleRate).Samples;
                double sum = 0, squares = 0;
                foreach (float value in values)
                {
                    sum += value;
                    squares += (double)value * value;
                }
                bool counts = isTraining && !heldOut();
                lock (_lock)
                {
                    Samples += samples;
                    if (!counts)
                        return;
                    _sum += sum;
                    _squares += squares;
                    _values += values.Length;
                }
            });
        }
        if (plan.Image is not null)
        {
            var pixels = row.Values<byte>(MediaPlan.Picture);
            media.Add(() => pixels());
        }
        return () =>
        {
            foreach (var read in media)
                read();
            lock (_lock)
                Rows++;
        };
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Log-mel spectrograms: [clips x] frames x bands, floats.</summary>
internal sealed class LogMelColumn(string output, string input, LogMelOptions options) : MediaColumn(output, input, options)
{
    internal const string Name = "LoadAudioLogMel";

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Single;

    internal override string Expected => "text (paths) or a vector of bytes (the files themselves)";

    private LogMelOptions LogMel => (LogMelOptions)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) => MediaInput.Accepts(itemType, isVector);

    internal override int[] Dimensions(DataViewType input) => LogMel.Clips == 1
        ? [LogMel.FrameCount, LogMel.Spectrum.Bands]
        : [LogMel.Clips, LogMel.FrameCount, LogMel.Spectrum.Bands];

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding)
    {
        int size = LogMel.Clips * LogMel.FrameCount * LogMel.Spectrum.Bands;
        return new ColumnValue<float>(row, this, size, new Reader(this, row, binding, LogMel, size), binding.Log);
    }

    private sealed class Reader(LogMelColumn column, DataViewRow row, ColumnBinding binding, LogMelOptions options, int size)
        : FileColumnReader<float>(column, row, binding, size)
    {
        private readonly LogMelTransform _transform = new(options.Spectrum);
        private readonly ReadingRules _rules = new(options.Limits, options.TolerateDamage, binding.CheckAlive);

        protected override ToleratedDamage? Decode(MediaItem item, float[] values)
        {
            using var file = new SoundFile(item, options.Spectrum.SampleRate, _rules);
            var sound = file.Describe();
            int clipSize = options.FrameCount * options.Spectrum.Bands, clip = 0;
            foreach (var (start, hop) in SoundPlan.Windows(options, item, sound, _rules))
            {
                var (first, count) = _transform.Reach(start, hop, options.FrameCount);
                _transform.Write(file.Read(first, count), first, sound.Samples, start, hop, options.FrameCount, values.AsSpan(clip++ * clipSize, clipSize));
            }
            return file.Lost == 0 || !options.TolerateDamage ? null : new(0, $"{file.Lost} packets of its sound can't be decoded and are silent");
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace GBlend.MLNet;

/// <summary>Which part of a file each clip is.</summary>
internal static class ClipPlan
{
    /// <summary>Where clips begin, each from 0 to <paramref name="room"/>.</summary>
    /// <param name="position">Where clips are taken.</param>
    /// <param name="clips">How many.</param>
    /// <param name="room">The length of the file less the length of a clip, in frames or seconds; 0 where the file is too short.</param>
    /// <param name="seed">The seed of random places.</param>
    /// <param name="name">The file's name: other files get other random places.</param>
    internal static double[] Starts(ClipPosition position, int clips, double room, int seed, string name) => position switch
    {
        ClipPosition.Random => [.. Draw(seed, name, clips).Select(u => u * room)],
        ClipPosition.Even when clips > 1 => [.. Enumerable.Range(0, clips).Select(i => room * i / (clips - 1))],
        _ => [room / 2],
    };

    /// <summary>The first frame of each clip.</summary>
    internal static int[] FirstFrames(VideoClipOptions options, int frames, string name)
    {
        int room = Math.Max(frames - options.Span, 0);
        // A random place is drawn among room + 1 first frames, all alike likely.
        return options.Position == ClipPosition.Random
            ? [.. Draw(options.Seed, name, options.ClipsPerVideo).Select(u => Math.Min((int)(u * (room + 1L)), room))]
            : [.. Starts(options.Position, options.ClipsPerVideo, room, options.Seed, name).Select(s => (int)Math.Floor(s))];
    }

    /// <summary>The frames that clips need, in their order in the file, each with its place in the row.</summary>
    internal static (int Frame, int Slot)[] Frames(VideoClipOptions options, VideoTimeline timeline, string name)
    {
        int frames = timeline.PlannedFrames(options.TolerateDamage), slot = 0;
        var wanted = new List<(int Frame, int Slot)>();
        foreach (int first in FirstFrames(options, frames, name))
        {
            for (int t = 0; t < options.FrameCount; t++)
            {
                int frame = first + t * options.FrameStride;
                wanted.Add((options.ShortVideo == ShortVideo.Loop ? frame % frames : Math.Min(frame, frames - 1), slot++));
            }
        }
        return [.. wanted.Order()];
    }

    /// <summary>Numbers from 0 to below 1, which depend on nothing but the seed, the name and their index.</summary>
    private static IEnumerable<double> Draw(int seed, string name, int count)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        for (int i = 0; i < count; i++)
        {
            byte[] head = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(head, seed);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), i);
            yield return (BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData([.. head, .. text])) >> 11) * (1.0 / (1UL << 53));
        }
    }
}

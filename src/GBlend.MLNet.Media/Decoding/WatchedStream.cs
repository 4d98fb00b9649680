namespace GBlend.MLNet;

/// <summary>The content of a file while it is read for a row: whoever reads it, in whatever loop, ends where the work has been cancelled.</summary>
/// <param name="content">The content.</param>
/// <param name="checkAlive">Throws where the work has been cancelled.</param>
internal sealed class WatchedStream(Stream content, Action checkAlive) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position { get => content.Position; set => content.Position = value; }

    public override int Read(Span<byte> buffer)
    {
        checkAlive();
        return content.Read(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }
}
